#!/usr/bin/env bash
# Trains the systems at the papers' sizes on FERPlus on the GPU of this machine, in bfloat16, three
# seeds each, and writes a table. The same command continues a killed run.
#
#     tools/analysis_tools/gpu_ferplus.sh [FOLDER]     default: work_dirs/gpu_ferplus
#
# CONFIGS, SEEDS, EPOCHS (of each config, if set), WORKERS, PRECISION and OPTIONS in the environment
# replace the defaults. FAER and ConvNeXt start from random weights, because MS-Celeb-1M, on which
# paper 002 trains them first, is not available any more. OPTIONS='test_dataloader.dataset.split=val'
# tests on the validation part.
set -euo pipefail
OUT=$(realpath -m "${1:-work_dirs/gpu_ferplus}")
cd "$(dirname "$0")/../.."
CONFIGS=${CONFIGS:-configs/resnet/resnet18_ferplus.py configs/rald/rald-l_r18_ferplus.py
    configs/rald/rald_r18_ferplus.py configs/mifnet/swint_ferplus.py
    configs/mifnet/mifnet_r18-swint_ferplus.py configs/faer/convnext-b_ferplus.py
    configs/faer/faer_convnext-b_ferplus.py}
PRECISION=${PRECISION-optim_wrapper.type=AmpOptimWrapper optim_wrapper.dtype=bfloat16}
options="$PRECISION model.backbone.init_cfg=None train_dataloader.num_workers=${WORKERS:-8}
    ${EPOCHS:+epochs=$EPOCHS} ${OPTIONS:-}"
# shellcheck disable=SC2086
"${PYTHON:-python}" tools/analysis_tools/repeat.py $CONFIGS --seeds ${SEEDS:-0 1 2} --out "$OUT" \
    --metrics accuracy mean_class_accuracy ece --cfg-options $options
