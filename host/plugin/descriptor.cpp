#include "plugin/descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "plugin/descriptor_check.hpp"
#include "plugin/lent_struct.hpp"

namespace lodge::plugin {

namespace {

using Limits = DescriptorLimits;

Error wrong(std::string_view where, std::string_view what) {
  return {Code::INVALID_ARGUMENT, fmt::format("{}: {}", where, what)};
}

/// That a struct of `size` bytes, as the plugin was compiled, means to us all that it means to the plugin: it has all
/// fields that we know, and those that we do not know are zero.
Status check_size(std::string_view where, const void* memory, std::size_t size, std::size_t known) {
  if (size < known) {
    return wrong(where,
                 fmt::format("struct size {}, at least {} is needed; rebuild it with this SDK's headers", size, known));
  }
  if (size > struct_bytes_max) {
    return wrong(where, fmt::format("struct size {} is out of all proportion; set it to sizeof", size));
  }
  if (!tail_is_zero(memory, size, known)) {
    return wrong(where, "uses fields that this host does not know; build it with an older SDK, or take a newer host");
  }
  return {};
}

template <typename T>
Status check_pointer(std::string_view where, const T* pointer) {
  if (pointer == nullptr) return wrong(where, "NULL");
  if (reinterpret_cast<std::uintptr_t>(pointer) % alignof(T) != 0) return wrong(where, "not aligned");
  return {};
}

/// Copies a text of at most `bytes_max` bytes. NULL: empty where `optional`, else an error.
Status read_text(std::string_view where, const char* text, bool optional, std::size_t bytes_max, std::string& out) {
  if (text == nullptr) return optional ? Status{} : wrong(where, "NULL");
  const std::size_t size = strnlen(text, bytes_max + 1);
  if (size > bytes_max) return wrong(where, fmt::format("longer than {} bytes", bytes_max));
  out.assign(text, size);
  return {};
}

Status read_bytes(std::string_view where, const lodge_slice& from, std::size_t bytes_max, Bytes& out) {
  if (from.size == 0) return {};
  if (from.data == nullptr) return wrong(where, "NULL with a size");
  if (from.size > bytes_max) return wrong(where, fmt::format("longer than {} bytes", bytes_max));
  out = copy_of(view_of(from));
  return {};
}

/// Calls read(where, item) for each item of a list of T.
template <typename T, typename Read>
Status read_list(std::string_view where, const lodge_list& list, std::uint32_t count_max, Read read) {
  if (list.count == 0) return {};
  if (list.count > count_max) {
    return wrong(where, fmt::format("{} of them, at most {} are allowed", list.count, count_max));
  }
  if (Status there = check_pointer(where, static_cast<const T*>(list.items)); !there) return there;
  if (list.item_size % alignof(T) != 0) {
    return wrong(where,
                 fmt::format("item size {}, and an item has at least {} bytes; set item_size to the sizeof of one",
                             list.item_size, sizeof(T)));
  }
  const auto* bytes = static_cast<const std::uint8_t*>(list.items);
  for (std::uint32_t i = 0; i < list.count; ++i) {
    const std::string at = fmt::format("{}[{}]", where, i);
    const std::uint8_t* item = bytes + std::size_t{i} * list.item_size;
    if (Status size = check_size(at, item, list.item_size, sizeof(T)); !size) return size;
    if (Status done = read(at, *reinterpret_cast<const T*>(item)); !done) return done;
  }
  return {};
}

Status read_dependency(const std::string& where, const lodge_dependency& from, Dependency& out) {
  if (Status text = read_text(where + " name", from.name, false, Limits::name_bytes_max, out.name); !text) return text;
  if (Status text = read_text(where + " version", from.version, true, Limits::version_bytes_max, out.range); !text) {
    return text;
  }
  if (from.reserved != 0 || (from.flags & ~std::uint32_t{LODGE_OPTIONAL}) != 0) {
    return wrong(where, "unknown flags; built for a newer host?");
  }
  out.optional = (from.flags & LODGE_OPTIONAL) != 0;
  return {};
}

Status read_setting(const std::string& where, const lodge_setting& from, Setting& out) {
  if (Status text = read_text(where + " name", from.name, false, Limits::name_bytes_max, out.name); !text) return text;
  if (Status text = read_text(where + " doc", from.doc, true, Limits::line_bytes_max, out.doc); !text) return text;
  out.type = from.type;
  out.flags = from.flags;
  if (Status read =
          read_bytes(where + " constraints", from.constraints, Limits::constraints_bytes_max, out.constraints);
      !read) {
    return read;
  }
  if ((from.flags & LODGE_REQUIRED) != 0) return {};  // what is ignored is not carried along
  return read_bytes(where + " default_value", from.default_value, Limits::default_bytes_max, out.default_value);
}

Status read_callback(const std::string& where, const lodge_callback& from, Callback& out) {
  if (Status text = read_text(where + " name", from.name, false, Limits::name_bytes_max, out.name); !text) return text;
  if (Status text = read_text(where + " params", from.params, true, Limits::line_bytes_max, out.params); !text) {
    return text;
  }
  if (Status text = read_text(where + " result", from.result, true, Limits::line_bytes_max, out.result); !text) {
    return text;
  }
  if (Status text = read_text(where + " doc", from.doc, true, Limits::line_bytes_max, out.doc); !text) return text;
  if (from.fn == nullptr) return wrong(where, fmt::format("{}/{} has no function", out.name, from.arity));
  out.arity = from.arity;
  out.flags = from.flags;
  return {};
}

Status read_head(const lodge_plugin& plugin, Descriptor& out) {
  if (Status text = read_text("sdk_version", plugin.sdk_version, false, Limits::version_bytes_max, out.sdk_version);
      !text) {
    return text;
  }
  if (Status text = read_text("sdk_build_id", plugin.sdk_build_id, true, Limits::version_bytes_max, out.sdk_build_id);
      !text) {
    return text;
  }
  if (plugin.flags != 0)
    return wrong("flags", fmt::format("unknown flags {:#x}; built for a newer host?", plugin.flags));
  if (Status text = read_text("name", plugin.name, false, Limits::name_bytes_max, out.name); !text) return text;
  if (Status text = read_text("version", plugin.version, false, Limits::version_bytes_max, out.version); !text) {
    return text;
  }
  if (Status text = read_text("summary", plugin.summary, true, Limits::line_bytes_max, out.summary); !text) return text;
  return read_text("group", plugin.group, true, Limits::name_bytes_max, out.group);
}

Status read_lists(const lodge_plugin& plugin, Descriptor& out) {
  const auto one_dependency = [&out](const std::string& where, const lodge_dependency& from) {
    return read_dependency(where, from, out.dependencies.emplace_back());
  };
  const auto one_need = [&out](const std::string& where, const char* from) {
    return read_text(where, from, false, Limits::version_bytes_max, out.needs.emplace_back());
  };
  const auto one_setting = [&out](const std::string& where, const lodge_setting& from) {
    return read_setting(where, from, out.settings.emplace_back());
  };
  const auto one_callback = [&out](const std::string& where, const lodge_callback& from) {
    return read_callback(where, from, out.callbacks.emplace_back());
  };
  if (Status done =
          read_list<lodge_dependency>("dependencies", plugin.dependencies, Limits::dependencies_max, one_dependency);
      !done) {
    return done;
  }
  if (Status done = read_list<const char*>("needs", plugin.needs, Limits::needs_max, one_need); !done) return done;
  if (Status done = read_list<lodge_setting>("settings", plugin.settings, Limits::settings_max, one_setting); !done) {
    return done;
  }
  return read_list<lodge_callback>("callbacks", plugin.callbacks, Limits::callbacks_max, one_callback);
}

Status check_hooks(const lodge_hooks* hooks) {
  if (hooks == nullptr) return {};
  if (Status there = check_pointer("hooks", hooks); !there) return there;
  if (Status size = check_size("hooks", hooks, hooks->struct_size, sizeof(lodge_hooks)); !size) return size;
  if (hooks->reserved == 0 && (hooks->flags & ~std::uint32_t{LODGE_EXCLUSIVE_HANDOVER}) == 0) return {};
  return wrong("hooks", "unknown flags; built for a newer host?");
}

}  // namespace

Result<Descriptor> read_descriptor(const lodge_plugin& plugin) {
  // The ABI number lies in front of all that another ABI may have arranged differently.
  if (plugin.struct_size >= offsetof(lodge_plugin, flags) && plugin.abi != LODGE_ABI) {
    return wrong("abi",
                 fmt::format("{}, and this host speaks {}; build it with the SDK of this host", plugin.abi, LODGE_ABI));
  }
  if (Status size = check_size("descriptor", &plugin, plugin.struct_size, sizeof(lodge_plugin)); !size) {
    return std::move(size).error();
  }
  Descriptor out;
  if (Status done = read_head(plugin, out); !done) return std::move(done).error();
  if (Status done = read_lists(plugin, out); !done) return std::move(done).error();
  if (Status done = check_hooks(plugin.hooks); !done) return std::move(done).error();
  if (Status done = check_descriptor(out); !done) return std::move(done).error();
  return out;
}

}  // namespace lodge::plugin
