# Sourced by dist_train.sh and dist_test.sh: run_ranks RANKS SCRIPT [ARGS].
run_ranks() {
    local ranks=$1 root where
    root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
    shift
    if [ "${NNODES:-1}" -eq 1 ] && [ -z "${PORT:-}" ]; then
        where=(--standalone) # finds a free port
    else
        where=(--nnodes "${NNODES:-1}" --node-rank "${NODE_RANK:-0}"
            --master-addr "${MASTER_ADDR:-127.0.0.1}" --master-port "${PORT:-29500}")
    fi
    PYTHONPATH=$root${PYTHONPATH:+:$PYTHONPATH} \
        "${PYTHON:-python}" -m torch.distributed.run "${where[@]}" --nproc-per-node "$ranks" "$@"
}
