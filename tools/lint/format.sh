#!/usr/bin/env bash
# Sources are formatted as .clang-format says; `tools/dev format` does it.
set -euo pipefail
tools/lint/sources.sh | xargs -r -d '\n' clang-format-14 --dry-run -Werror --ferror-limit=1
