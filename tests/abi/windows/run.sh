#!/usr/bin/env bash
# run.sh FOLDER: runs FOLDER/probe.exe under wine over the plugins in FOLDER/plugins, in a Windows of its own: no display,
# nothing of the user's.
set -euo pipefail

folder=$(readlink -f "$1")
limit_s=50
# Of Debian's package wine64 alone; elsewhere what is in the PATH.
wine=/usr/lib/wine/wine64 server=/usr/lib/wine/wineserver64 libraries=/usr/lib/x86_64-linux-gnu/wine/x86_64-windows
[[ -x $wine ]] || wine=$(command -v wine64 || command -v wine) || {
  echo "there is no wine: run tools/dev deps (Debian's package wine64)" >&2
  exit 1
}
[[ -x $server ]] || server=$(command -v wineserver)

prefix=$folder/prefix
rm -rf "$prefix"
mkdir -p "$prefix/drive_c/windows/system32"
# Setting up a whole Windows takes ten seconds and 700 MB. A console program needs wine's libraries where Windows has them.
if [[ -d $libraries ]]; then
  echo disable >"$prefix/.update-timestamp"
  ln -s "$libraries"/*.dll "$prefix/drive_c/windows/system32/"
fi
unset DISPLAY WAYLAND_DISPLAY
export WINEPREFIX=$prefix WINESERVER=$server HOME=$prefix WINEDEBUG=-all
export WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe='
finish() {
  "$server" -k || true # ends this prefix's processes alone; false: there are none
  "$server" -w
  rm -rf "$prefix"
}
trap finish EXIT

cd "$folder"
timeout --kill-after=5 "$limit_s" "$wine" probe.exe plugins/*.dll
