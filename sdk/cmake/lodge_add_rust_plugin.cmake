# lodge_add_rust_plugin(NAME ROOT source.rs [OPTIONS option...])
#
# A target NAME that builds the plugin NAME.so from a crate without dependencies: ROOT is its first source, modules lie
# beside it or in folders below; OPTIONS are more options for rustc. As with lodge_add_plugin,
#   - it exports lodge_plugin_v1 and nothing else (rustc writes a version script of what is #[no_mangle]);
#   - a symbol that nobody defines is an error of the build;
#   - it lands in the folder `plugins`, not writable by others, and is installed into lib/lodge/plugins.
# LODGE_RUSTC is the compiler: Debian's, or the first 1.63 or later in the PATH; false where there is none.
include_guard(GLOBAL)
include(${CMAKE_CURRENT_LIST_DIR}/lodge_add_plugin.cmake)

function(_lodge_rustc_fits result candidate)
  execute_process(COMMAND ${candidate} --version OUTPUT_VARIABLE said ERROR_QUIET)
  if(NOT said MATCHES "^rustc ([0-9]+[.][0-9]+)" OR CMAKE_MATCH_1 VERSION_LESS 1.63)
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()
find_program(LODGE_RUSTC rustc PATHS /usr/bin NO_DEFAULT_PATH VALIDATOR _lodge_rustc_fits)
find_program(LODGE_RUSTC rustc VALIDATOR _lodge_rustc_fits)
mark_as_advanced(LODGE_RUSTC)

function(lodge_add_rust_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 plugin "" "ROOT" "OPTIONS")
  if(NOT plugin_ROOT OR plugin_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR
      "lodge_add_rust_plugin(${name} ${ARGN}): write lodge_add_rust_plugin(${name} ROOT source.rs [OPTIONS option...])")
  endif()
  _lodge_check_plugin_name(${name} lodge_add_rust_plugin)
  if(NOT LODGE_RUSTC)
    message(FATAL_ERROR "lodge_add_rust_plugin(${name} ...): there is no rustc 1.63 or later; install Debian's package rustc")
  endif()

  cmake_path(ABSOLUTE_PATH plugin_ROOT NORMALIZE OUTPUT_VARIABLE root)
  cmake_path(GET root PARENT_PATH sources)
  string(REPLACE "-" "_" crate ${name})
  _lodge_plugin_folder(folder)
  set(file ${folder}/${name}.so)
  # Panics unwind, so that they can be caught at the border, and name the source without the folder it was built in.
  add_custom_command(OUTPUT ${file}
    COMMAND ${LODGE_RUSTC} --edition=2021 --crate-type=cdylib --crate-name=${crate}
      --emit=link=${file},dep-info=${CMAKE_CURRENT_BINARY_DIR}/${name}.d
      -Cpanic=unwind -Copt-level=2 -Cdebug-assertions=$<IF:$<CONFIG:Debug>,on,off> -Cstrip=debuginfo
      -Clink-arg=-Wl,-z,defs --remap-path-prefix=${sources}=${name} ${plugin_OPTIONS} ${root}
    COMMAND chmod go-w ${file}
    DEPENDS ${root} ${LODGE_RUSTC} DEPFILE ${CMAKE_CURRENT_BINARY_DIR}/${name}.d COMMENT "Building Rust plugin ${name}.so" VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${file})
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_LIBDIR}/lodge/plugins COMPONENT plugins)
endfunction()
