# shellcheck shell=bash
# Doubles of the functions of DevStack's that the plugin calls. Each does
# what DevStack's does, to what the test has: they write files, start
# processes, make databases, and ask a real Keystone. What they need stands
# in the environment; see test_plugin.py.

set -o errexit -o nounset -o pipefail

function define_plugin {
    PLUGINS="${PLUGINS:-} $1";
}

function enable_service {
    local each
    for each in "$@"; do
        [[ ",$DISABLED," == *",$each,"* ]] ||
            ENABLED_SERVICES="$ENABLED_SERVICES,$each"
    done
}

function is_service_enabled {
    [[ ",$ENABLED_SERVICES," == *",$1,"* ]];
}

function trueorfalse {
    local found=${!2:-}
    case "${found,,}" in
        1 | true | yes) echo True ;;
        0 | false | no) echo False ;;
        *) echo "$1" ;;
    esac
}

function echo_summary {
    echo "summary: $*";
}

function die {
    shift  # the number of the line
    echo "die: $*" >&2
    exit 1
}

# the files of root's are the test's here
function sudo {
    "$@";
}

function get_python_exec_prefix {
    echo "$BIN";
}

function setup_develop {
    # the checkout is installed in the environment the test runs in
    "$BIN/python" -c "import snapfault" && [[ -e $1/setup.cfg ]]
}

function iniset {
    "$BIN/python" -m tests.devstack.ini set "$@";
}

function inidelete {
    "$BIN/python" -m tests.devstack.ini delete "$@";
}

function setup_logging {
    iniset "$1" DEFAULT use_stderr True;
}

function database_connection_url {
    echo "$DATABASE_URL/$1?charset=utf8";
}

function recreate_database {
    "$BIN/python" -m tests.devstack.recreate "$DATABASE_URL" "$1"
}

function iniset_rpc_backend {
    iniset "$2" DEFAULT transport_url "$BROKER_URL"
}

function configure_keystone_authtoken_middleware {
    local section=${3:-keystone_authtoken}
    iniset "$1" "$section" auth_type password
    iniset "$1" "$section" www_authenticate_uri "$KEYSTONE_SERVICE_URI"
    iniset "$1" "$section" auth_url "$KEYSTONE_SERVICE_URI"
    iniset "$1" "$section" username "$2"
    iniset "$1" "$section" password "$SERVICE_PASSWORD"
    iniset "$1" "$section" user_domain_name "$SERVICE_DOMAIN_NAME"
    iniset "$1" "$section" project_name "$SERVICE_PROJECT_NAME"
    iniset "$1" "$section" project_domain_name "$SERVICE_DOMAIN_NAME"
}

function keystone {
    "$BIN/python" -m tests.devstack.accounts "$@";
}

function create_service_user {
    keystone user "$@";
}

function get_or_create_service {
    keystone service "$@";
}

function get_or_create_endpoint {
    keystone endpoint "$@";
}

function write_uwsgi_config {
    local file=$1 wsgi=$2 url=$3 name=$5
    rm -f "$file"
    iniset "$file" uwsgi wsgi-file "$wsgi"
    iniset "$file" uwsgi processes "$API_WORKERS"
    iniset "$file" uwsgi master true
    iniset "$file" uwsgi die-on-term true
    iniset "$file" uwsgi enable-threads true
    iniset "$file" uwsgi lazy-apps true
    iniset "$file" uwsgi buffer-size 65535
    iniset "$file" uwsgi add-header "Connection: close"
    iniset "$file" uwsgi socket "$SITES/$name.socket"
    echo "$url" >"$SITES/$name.site"
}

function remove_uwsgi_config {
    rm -f "$1" "$SITES/$2.site";
}

function run_process {
    is_service_enabled "$1" || return 0
    # as systemd does: no shell, and a process group of its own
    # shellcheck disable=SC2086
    setsid $2 </dev/null >"$LOGS/$1.log" 2>&1 &
    echo $! >"$LOGS/$1.pid"
}

function stop_process {
    # of a service that is not enabled in this shell it does not look further
    is_service_enabled "$1" && [[ -e $LOGS/$1.pid ]] || return 0
    "$BIN/python" -m tests.devstack.stop "$(<"$LOGS/$1.pid")"
    rm "$LOGS/$1.pid"
}

function wait_for_service {
    local left=$1
    while ! curl --silent --fail --max-time 10 --output /dev/null "$2"; do
        left=$((left - 1))
        [[ $left -ge 0 ]] || return 1
        sleep 1
    done
}
