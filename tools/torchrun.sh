# Sourced by dist_train.sh and dist_test.sh: run_ranks RANKS SCRIPT [ARGS].
run_ranks() {
    local ranks=$1 root where launcher stopped=0 code=0
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
    shift
    if [ "${NNODES:-1}" -eq 1 ] && [ -z "${PORT:-}" ]; then
        where=(--standalone) # finds a free port
    else
        where=(--nnodes "${NNODES:-1}" --node-rank "${NODE_RANK:-0}"
            --master-addr "${MASTER_ADDR:-127.0.0.1}" --master-port "${PORT:-29500}")
    fi
    PYTHONPATH=$root${PYTHONPATH:+:$PYTHONPATH} \
        "${PYTHON:-python}" -m torch.distributed.run "${where[@]}" --nproc-per-node "$ranks" "$@" &
    launcher=$!
    # The launcher passes a signal on to the ranks, but exits with 1.
    trap 'stopped=143; kill -TERM "$launcher"' TERM
    trap 'stopped=130; kill -INT "$launcher"' INT
    wait "$launcher" || code=$?
    while kill -0 "$launcher" 2>/dev/null; do
        wait "$launcher" || code=$?
    done
    trap - TERM INT
    [ "$stopped" -eq 0 ] || code=$stopped
    return "$code"
}
