# What headers_documented.sh looks for in the C headers, one after another: see there.

function complain(name, what) {
  printf "%s:%d: %s %s\n", FILENAME, FNR, name, what
  wrong = 1
}

# The line without its comments, which are added to `comment`.
function code_of(line,    code, at) {
  code = ""
  while (line != "") {
    if (in_comment) {
      at = index(line, "*/")
      comment = comment " " (at ? substr(line, 1, at - 1) : line)
      line = at ? substr(line, at + 2) : ""
      in_comment = !at
    } else {
      at = index(line, "/*")
      code = code (at ? substr(line, 1, at - 1) : line)
      line = at ? substr(line, at + 2) : ""
      in_comment = at > 0
    }
  }
  gsub(/^[ \t]+|[ \t]+$/, "", code)
  return code
}

# What sizes and times are kept in says its unit, in its name or in `words`; a number of the user's has none.
function check_units(owner, text, words,    parts, count, i, name) {
  count = split(text, parts, /[,;()]/)
  for (i = 1; i <= count; ++i) {
    if (parts[i] !~ /(^|[ \t])(int64_t|size_t)[ *]+[a-z_]+$/) continue
    name = parts[i]
    sub(/.*[ *]/, "", name)
    if (name ~ /(_ns|_ms|_us|_s|_bytes|(^|_)size|(^|_)count)$|^(by|value|out|result)$/) continue
    if (words ~ /bytes|[Nn]anoseconds|[Mm]illiseconds|how (often|many)|number/) continue
    complain(owner name, "has no unit, in its name or in its comment")
  }
}

function check_function(name, text, words, tag_elsewhere,    tags, said) {
  functions += 1
  said = words
  tags = gsub(/\[(any|quick|serial|hook)\]/, "", said)
  if (tags != 1 && !(tags == 0 && tag_elsewhere)) complain(name, "does not say one of [any] [quick] [serial] [hook], once")
  if (text ~ /^(typedef |static inline )?int32_t / && words " " common !~ codes) {
    complain(name, "does not say what it answers with: a code, or what its numbers mean")
  }
  sub(/^[^(]*(\(\*[a-z_]+\))?/, "", text)
  check_units(name "'s ", text, words)
}

function function_name(text) {
  if (match(text, /\(\*[a-z_]+\)/)) return substr(text, RSTART + 2, RLENGTH - 3)
  match(text, /[a-z_0-9]+\(/)
  return substr(text, RSTART, RLENGTH - 1)
}

function end_member() {
  if (text ~ /\(\*[a-z_]+\)/) {
    check_function(function_name(text), text, comment, 0)
    table_functions += 1
  } else {
    check_units("", text, comment)
    if (text ~ /\*|lodge_(slice|list) /) points = 1
    words = words " " comment
  }
}

FNR == 1 {
  in_comment = in_struct = in_enum = in_body = continued = 0
  comment = text = opening = all_tagged = ""
}

{
  line = $0
  if (continued || line ~ /^#/) {
    continued = line ~ /\\$/
    if (opening == "") opening = comment
    comment = text = ""
    next
  }
  if (line ~ /^[ \t]*$/) {
    if (opening == "") opening = comment
    comment = ""
    next
  }
  code = code_of(line)
  if (comment ~ /All functions here are \[quick\]/) all_tagged = 1
  if (comment ~ /functions return LODGE_OK|functions append .*LODGE_OK/) inline_common = comment
  if (in_body) {
    if (code ~ /^}/ && line ~ /^}/) in_body = 0
    if (!in_body) comment = ""
    next
  }
  if (code == "" || code == "extern \"C\" {") next
  if (in_enum || code ~ /^enum \{/) {
    in_enum = code !~ /\};$/
    comment = ""
    next
  }
  if (!in_struct && code ~ /^typedef struct [a-z_0-9]+ \{$/) {
    if (comment == "" && code !~ /_v1 \{$|lodge_plugin \{$/) complain(code, "has no comment")
    in_struct = 1
    struct_name = code
    sub(/^typedef struct /, "", struct_name)
    sub(/ \{$/, "", struct_name)
    common = words = comment
    comment = text = ""
    points = table_functions = 0
    next
  }
  if (in_struct && line ~ /^}/) {
    if (points && words " " opening !~ /[Bb]orrow|[Oo]wned|lives|[Vv]alid|copied|stays/) {
      complain(struct_name, "does not say who owns what it points to, and how long")
    }
    in_struct = 0
    common = comment = text = ""
    next
  }
  if (line ~ /^}/) next
  text = text (text == "" ? "" : " ") code
  if (in_comment) next
  if (in_struct) {
    if (text !~ /;$/) next
    end_member()
  } else if (text ~ /^static inline /) {
    if (text !~ /\{/) next
    in_body = text !~ /\}$/
    sub(/ *\{.*/, "", text)
    common = inline_common
    check_function(function_name(text), text, comment, all_tagged)
    common = ""
  } else {
    if (text !~ /;$/) next
    if (comment == "") complain(text, "has no comment")
    if (text ~ /\(/) check_function(function_name(text), text, comment, 0)
  }
  comment = text = ""
}

END {
  if (functions < 100) {
    printf "found %d functions: the headers are not read as they are written\n", functions
    wrong = 1
  }
  exit wrong
}
