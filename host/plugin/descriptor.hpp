// A plugin's descriptor as the host keeps it: checked, copied, independent of the plugin's memory.
#pragma once

#include <lodge/descriptor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/status.hpp"

namespace lodge::plugin {

struct Dependency {
  std::string name;
  std::string range;  ///< "^1.2"; empty: any version
  bool optional = false;
  bool operator==(const Dependency&) const = default;
};

struct Setting {
  std::string name;
  std::uint32_t type = LODGE_TYPE_ANY;
  std::uint32_t flags = 0;
  Bytes default_value;  ///< one msgpack value; empty: nil
  std::string doc;
  Bytes constraints;  ///< as read_constraints takes them; empty: none
  bool operator==(const Setting&) const = default;
};

struct Callback {
  std::string name;
  std::uint32_t arity = 0;
  std::uint32_t flags = 0;  ///< LODGE_FUNCTION and so on
  std::string params;
  std::string result;
  std::string doc;
  bool operator==(const Callback&) const = default;
  [[nodiscard]] bool function() const { return (flags & LODGE_FUNCTION) != 0; }
  [[nodiscard]] bool quick() const { return (flags & LODGE_QUICK) != 0; }
  [[nodiscard]] bool serial() const { return (flags & LODGE_SERIAL) != 0; }
};

struct Descriptor {
  std::string name;
  std::string version;
  std::string sdk_version;
  std::string sdk_build_id;  ///< empty: it uses no drafts
  std::string summary;
  std::string group;
  std::vector<Dependency> dependencies;
  std::vector<std::string> needs;
  std::vector<Setting> settings;
  std::vector<Callback> callbacks;
  bool operator==(const Descriptor&) const = default;
};

/// Checks and copies what a plugin returned: sizes, unknown tails, names, versions, ranges, flags, duplicates,
/// constraints, defaults of the wrong type. INVALID_ARGUMENT says which field is wrong and what is allowed there.
[[nodiscard]] Result<Descriptor> read_descriptor(const lodge_plugin& plugin);

/// The form in which the reading child sends a descriptor to the host: one msgpack value.
[[nodiscard]] Bytes encode_descriptor(const Descriptor& descriptor);

/// INVALID_ARGUMENT for anything that `encode_descriptor` could not have written: the child ran plugin code, so nothing
/// it says is believed unchecked.
[[nodiscard]] Result<Descriptor> decode_descriptor(ByteView bytes);

}  // namespace lodge::plugin
