// What an ELF file says about itself, read before the dynamic linker gets to see it.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/status.hpp"

namespace lodge::plugin {

struct ElfFacts {
  std::vector<std::string> needed;  ///< libraries it is linked to ("libm.so.6"), in its order
};

/// That the bytes are a shared object for this machine which exports lodge_plugin_v1 and nothing else (symbols that two
/// plugins both export, or two versions of one, would be shared between them), and does not look for libraries beside
/// itself (it runs from a private copy, with nothing beside it). INVALID_ARGUMENT says what is wrong and the cure.
/// Thread-safe.
[[nodiscard]] Result<ElfFacts> check_elf(ByteView content);

}  // namespace lodge::plugin
