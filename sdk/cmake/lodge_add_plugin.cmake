# lodge_add_plugin(NAME SOURCES source...)
#
# A target NAME that builds the plugin NAME.so (NAME.dll for Windows) from C (99 or later) or C++ (20 or later) sources:
#   - it exports lodge_plugin_v1 and nothing else;
#   - a symbol that nobody defines is an error of the build, not of the host that loads it;
#   - it lands in the folder `plugins` of the build (or in CMAKE_LIBRARY_OUTPUT_DIRECTORY), and neither the folder nor
#     the file is writable by others, since a host refuses such plugins;
#   - `cmake --install` puts it into lib/lodge/plugins.
# Link what else it needs with target_link_libraries(NAME PRIVATE ...).
include_guard(GLOBAL)
include(GNUInstallDirs)

# Whether code of this directory is built with a sanitizer, whose symbols stay open until the host brings them.
function(_lodge_sanitized result)
  get_property(options DIRECTORY PROPERTY LINK_OPTIONS)
  set(flags "${options} ${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS}")
  string(FIND "${flags}" "-fsanitize=" at)
  if(at EQUAL -1)
    set(${result} FALSE PARENT_SCOPE)
  else()
    set(${result} TRUE PARENT_SCOPE)
  endif()
endfunction()

function(_lodge_link_strictly name)
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
  target_link_options(${name} PRIVATE LINKER:--version-script=${map})
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${map})
  _lodge_sanitized(sanitized)
  if(NOT sanitized)
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
endfunction()

# The folder that plugins are built into, which nobody else may write to.
function(_lodge_plugin_folder result)
  set(folder ${CMAKE_BINARY_DIR}/plugins)
  if(CMAKE_LIBRARY_OUTPUT_DIRECTORY)
    set(folder ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
  endif()
  if(UNIX)
    file(MAKE_DIRECTORY ${folder})
    execute_process(COMMAND chmod go-w ${folder} COMMAND_ERROR_IS_FATAL ANY)
  endif()
  set(${result} ${folder} PARENT_SCOPE)
endfunction()

function(_lodge_place_safely name)
  _lodge_plugin_folder(folder)
  # $<1:...> keeps multi-configuration generators from adding a folder of their own.
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY $<1:${folder}>)
  if(UNIX)
    add_custom_command(TARGET ${name} POST_BUILD COMMAND chmod go-w $<TARGET_FILE:${name}> VERBATIM)
  endif()
endfunction()

function(_lodge_check_plugin_name name command)
  if(NOT name MATCHES "^[a-z][a-z0-9_-]*$")
    message(FATAL_ERROR "${command}(${name} ...): a plugin's name has the form [a-z][a-z0-9_-]*")
  endif()
endfunction()

function(lodge_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 plugin "" "" "SOURCES")
  if(NOT plugin_SOURCES OR plugin_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "lodge_add_plugin(${name} ${ARGN}): write lodge_add_plugin(${name} SOURCES source...)")
  endif()
  _lodge_check_plugin_name(${name} lodge_add_plugin)

  add_library(${name} MODULE ${plugin_SOURCES})
  target_link_libraries(${name} PRIVATE lodge::sdk)
  set_target_properties(${name} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(C IN_LIST languages)
    target_compile_features(${name} PRIVATE c_std_99)
  endif()
  if(CXX IN_LIST languages)
    target_compile_features(${name} PRIVATE cxx_std_20)
  endif()
  if(UNIX AND NOT APPLE)
    _lodge_link_strictly(${name})
  elseif(MINGW)
    target_link_options(${name} PRIVATE -static) # the compiler's libraries are nowhere to be found on Windows
  endif()
  _lodge_place_safely(${name})
  install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/lodge/plugins COMPONENT plugins)
endfunction()
