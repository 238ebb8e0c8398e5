#!/usr/bin/env bash
# Test on several GPUs of this machine, or on several CPU ranks without GPUs.
#   tools/dist_test.sh CONFIG CHECKPOINT GPUS [options of tools/test.py]
set -euo pipefail
if [ $# -lt 3 ]; then
    sed -n '2,3s/^# \{0,3\}//p' "$0" >&2
    exit 1
fi
tools=$(cd "$(dirname "$0")" && pwd)
config=$1 checkpoint=$2 gpus=$3
shift 3
source "$tools/torchrun.sh"
run_ranks "$gpus" "$tools/test.py" "$config" "$checkpoint" --launcher pytorch "$@"
