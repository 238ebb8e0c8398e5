#!/usr/bin/env bash
# Measures every system on the GPU of this machine, within about ten minutes: predictions and
# training steps in float32 and in mixed precision, and steps with each option that makes them
# faster. Tables, JSON files and plots are written; a part that takes too long is ended.
#
#     tools/analysis_tools/gpu_speed.sh [FOLDER]     default: work_dirs/gpu_speed
#
# CONFIGS, PARTS, SIZE, BATCH and DEVICE in the environment replace the defaults.
set -uo pipefail
OUT=$(realpath -m "${1:-work_dirs/gpu_speed}")
cd "$(dirname "$0")/../.." || exit 1
CONFIGS=${CONFIGS:-configs/resnet/resnet18_ferplus.py configs/rald/rald_r18_ferplus.py
    configs/mifnet/mifnet_r18-swint_rafdb.py configs/faer/faer_convnext-b_rafdb.py
    configs/multi_region/multi_region_vgg16bn_rafdb.py configs/apex_seresnext/apex_seresnext50_casme2.py}
SIZE=${SIZE:-224} BATCH=${BATCH:-64} DEVICE=${DEVICE:-cuda}
PARTS=${PARTS:-predictions predictions-mixed training training-mixed options compiled}
mkdir -p "$OUT"
failed=0

measure() { # NAME, limit in seconds, options of the benchmark
    local name=$1 limit=$2
    shift 2
    [[ " $PARTS " == *" $name "* ]] || return 0
    echo "== $name"
    # shellcheck disable=SC2086
    timeout "$limit" "${PYTHON:-python}" tools/analysis_tools/benchmark.py $CONFIGS --device "$DEVICE" \
        --size "$SIZE" --repeats 3 --seconds 0.5 --out "$OUT/$name.json" --plot "$OUT/$name.png" "$@" |
        tee "$OUT/$name.md" || { failed=1; echo "$name failed or took more than $limit s." >&2; }
}

measure predictions 60 --batch-sizes 1 "$BATCH"
measure predictions-mixed 60 --batch-sizes 1 "$BATCH" --amp
measure training 90 --batch-sizes "$BATCH" --train
measure training-mixed 90 --batch-sizes "$BATCH" --train --amp
measure options 120 --batch-sizes "$BATCH" --training-options
measure compiled 180 --batch-sizes "$BATCH" --training-options --compile
echo "Results: $OUT"
exit $failed
