#!/usr/bin/env bash
# Train on several GPUs of this machine, or on several CPU ranks without GPUs.
#   tools/dist_train.sh CONFIG GPUS [options of tools/train.py]
#   NNODES=2 NODE_RANK=0 MASTER_ADDR=10.0.0.1 PORT=29500 tools/dist_train.sh CONFIG GPUS
set -euo pipefail
if [ $# -lt 2 ]; then
    sed -n '2,4s/^# \{0,3\}//p' "$0" >&2
    exit 1
fi
tools=$(cd "$(dirname "$0")" && pwd)
config=$1 gpus=$2
shift 2
source "$tools/torchrun.sh"
run_ranks "$gpus" "$tools/train.py" "$config" --launcher pytorch "$@"
