# cmake -DINCLUDE=FOLDER -DOUTPUT=FILE -P build_id.cmake: writes the header that says which SDK this is, a hash over the
# name and the text of every header below FOLDER. Left alone where it says so already.
file(GLOB_RECURSE headers RELATIVE ${INCLUDE} ${INCLUDE}/*.h ${INCLUDE}/*.hpp)
list(SORT headers)
set(all "")
foreach(header IN LISTS headers)
  file(SHA256 ${INCLUDE}/${header} hash)
  string(APPEND all "${header} ${hash}\n")
endforeach()
string(SHA256 id "${all}")
string(SUBSTRING ${id} 0 16 id)
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
/* Which build of the SDK this is: a hash over all its headers. A plugin that uses anything of lodge/draft/ puts it into
 * its descriptor (lodge_plugin.sdk_build_id; in C++ lodge::drafts), and hosts of another build refuse the plugin. */
#ifndef LODGE_DRAFT_BUILD_ID_H
#define LODGE_DRAFT_BUILD_ID_H

#define LODGE_SDK_BUILD_ID "@id@"

#endif
]])
