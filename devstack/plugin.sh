#!/bin/bash
#
# snapfault's DevStack plugin: one function a phase's work, then the phases.
#
# Needs of DevStack: functions, lib/keystone, lib/database, lib/rpc_backend,
# lib/apache. What may be set stands in devstack/settings.

_XTRACE_SNAPFAULT=$(set +o | grep xtrace)
set +o xtrace

# snapfault_bin() - The folder of the commands that setup_develop installed
function snapfault_bin {
    get_python_exec_prefix
}

# install_snapfault() - The service, and with it the openstack commands
function install_snapfault {
    setup_develop "$SNAPFAULT_DIR"
}

# create_snapfault_accounts() - The service's user and its place in the
# catalogue
#
# Project   User       Roles
# -------------------------------------------------------
# service   snapfault  service; admin if SNAPFAULT_ADMIN
#
# In tenants' projects it acts by trusts, so it needs no role there.
function create_snapfault_accounts {
    if [[ "$SNAPFAULT_ADMIN" == "True" ]]; then
        create_service_user "snapfault" "admin"
    else
        create_service_user "snapfault"
    fi
    get_or_create_service "snapfault" "fault-tolerance" \
        "Fault tolerance of business services by snapshots"
    get_or_create_endpoint "fault-tolerance" "$REGION_NAME" \
        "$SERVICE_PROTOCOL://$SERVICE_HOST/fault-tolerance"
}

# configure_snapfault() - Write its configuration anew
function configure_snapfault {
    sudo install -d -o "$STACK_USER" "$SNAPFAULT_CONF_DIR"
    rm -f "$SNAPFAULT_CONF"
    touch "$SNAPFAULT_CONF"
    chmod 600 "$SNAPFAULT_CONF"  # it holds passwords

    iniset "$SNAPFAULT_CONF" DEFAULT debug "$ENABLE_DEBUG_LOG_LEVEL"
    setup_logging "$SNAPFAULT_CONF"
    iniset "$SNAPFAULT_CONF" database connection \
        "$(database_connection_url snapfault)"
    iniset_rpc_backend snapfault "$SNAPFAULT_CONF"
    configure_keystone_authtoken_middleware "$SNAPFAULT_CONF" snapfault
    iniset "$SNAPFAULT_CONF" keystone_authtoken \
        service_token_roles_required True
    iniset "$SNAPFAULT_CONF" rank source "$SNAPFAULT_LOAD_SOURCE"
    # the database is made anew as well: nothing is closed by an older key
    iniset "$SNAPFAULT_CONF" delegation encryption_keys \
        "$("$(snapfault_bin)"/snapfault-manage delegation key)"
    configure_snapfault_cloud

    if is_service_enabled snapfault-api; then
        configure_snapfault_uwsgi
    fi
}

# configure_snapfault_cloud() - Who it is in the cloud it protects
function configure_snapfault_cloud {
    iniset "$SNAPFAULT_CONF" cloud auth_type password
    iniset "$SNAPFAULT_CONF" cloud auth_url "$KEYSTONE_SERVICE_URI"
    iniset "$SNAPFAULT_CONF" cloud username snapfault
    iniset "$SNAPFAULT_CONF" cloud password "$SERVICE_PASSWORD"
    iniset "$SNAPFAULT_CONF" cloud user_domain_name "$SERVICE_DOMAIN_NAME"
    iniset "$SNAPFAULT_CONF" cloud project_name "$SERVICE_PROJECT_NAME"
    iniset "$SNAPFAULT_CONF" cloud project_domain_name "$SERVICE_DOMAIN_NAME"
    iniset "$SNAPFAULT_CONF" cloud region_name "$REGION_NAME"
    if [[ -n "${SSL_BUNDLE_FILE:-}" ]]; then
        iniset "$SNAPFAULT_CONF" cloud cafile "$SSL_BUNDLE_FILE"
    fi
}

# configure_snapfault_uwsgi() - The API behind DevStack's web server
function configure_snapfault_uwsgi {
    write_uwsgi_config "$SNAPFAULT_UWSGI_CONF" "$SNAPFAULT_UWSGI" \
        "/fault-tolerance" "" "snapfault-api"
    # Releases of DevStack differ in whether they take modules or files.
    inidelete "$SNAPFAULT_UWSGI_CONF" uwsgi wsgi-file
    iniset "$SNAPFAULT_UWSGI_CONF" uwsgi module "$SNAPFAULT_UWSGI"
}

# init_snapfault() - An empty database with the tables of this release
function init_snapfault {
    recreate_database snapfault
    "$(snapfault_bin)"/snapfault-manage --config-file "$SNAPFAULT_CONF" db sync
}

# snapfault_worker_names() - One name for each worker process
function snapfault_worker_names {
    local number
    for ((number = 1; number <= SNAPFAULT_WORKERS; number++)); do
        echo "snapfault-worker-$number"
    done
}

# start_snapfault() - The API and the workers, each a process of its own
function start_snapfault {
    local name
    if is_service_enabled snapfault-api; then
        # An "env" of uwsgi's own comes too late where Python has started it.
        # uwsgi is of the distribution, see install_apache_uwsgi.
        run_process snapfault-api "/usr/bin/env \
            OS_SNAPFAULT_CONFIG_FILES=$SNAPFAULT_CONF \
            $(command -v uwsgi) \
            --procname-prefix snapfault-api --ini $SNAPFAULT_UWSGI_CONF"
        if ! wait_for_service "$SERVICE_TIMEOUT" \
            "$SERVICE_PROTOCOL"://"$SERVICE_HOST"/fault-tolerance/healthcheck; then
            die $LINENO "snapfault-api did not start"
        fi
    fi
    if is_service_enabled snapfault-worker; then
        for name in $(snapfault_worker_names); do
            enable_service "$name"  # else run_process leaves it alone
            run_process "$name" "$(snapfault_bin)/snapfault-worker \
                --config-file $SNAPFAULT_CONF"
        done
    fi
}

# check_snapfault() - Ask it as a tenant would, where the API is here
function check_snapfault {
    is_service_enabled snapfault-api || return 0
    openstack --os-cloud devstack protection list >/dev/null ||
        die $LINENO "openstack protection list failed"
}

# stop_snapfault() - End the workers, which hand over, and then the API
function stop_snapfault {
    local name
    for name in $(snapfault_worker_names); do
        enable_service "$name"  # else stop_process leaves it alone, too
        stop_process "$name"
    done
    stop_process snapfault-api
}

# cleanup_snapfault() - Leave nothing behind
function cleanup_snapfault {
    if is_service_enabled snapfault-api; then
        remove_uwsgi_config "$SNAPFAULT_UWSGI_CONF" "snapfault-api"
    fi
    sudo rm -rf "$SNAPFAULT_CONF_DIR"
}

if is_service_enabled snapfault-api || is_service_enabled snapfault-worker; then
    case "$1 ${2:-}" in
        "stack install")
            echo_summary "Installing snapfault"
            install_snapfault
            ;;
        "stack post-config")
            echo_summary "Configuring snapfault"
            create_snapfault_accounts
            configure_snapfault
            ;;
        "stack extra")
            echo_summary "Starting snapfault"
            init_snapfault
            start_snapfault
            ;;
        "stack test-config")
            echo_summary "Asking snapfault for its protections"
            check_snapfault
            ;;
        "unstack ")
            stop_snapfault
            ;;
        "clean ")
            cleanup_snapfault
            ;;
    esac
fi

$_XTRACE_SNAPFAULT
