#include "plugin/descriptor_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/counted.hpp"
#include "base/utf8.hpp"
#include "plugin/constraints.hpp"
#include "plugin/name_forms.hpp"
#include "plugin/version.hpp"
#include "wire/value.hpp"

namespace lodge::plugin {

namespace {

using Limits = DescriptorLimits;

constexpr std::array<std::string_view, 8> type_names = {"any", "bool", "int", "float", "str", "bin", "list", "map"};
constexpr wire::Limits default_limits{
    .frame_bytes_max = Limits::default_bytes_max, .depth_max = 16, .elements_max = 4096};
constexpr std::uint32_t callback_flags = LODGE_FUNCTION | LODGE_IDEMPOTENT | LODGE_SERIAL | LODGE_QUICK;
constexpr std::uint32_t setting_flags = LODGE_REQUIRED | LODGE_SECRET;

Error wrong(std::string_view where, std::string_view what) {
  return {Code::INVALID_ARGUMENT, fmt::format("{}: {}", where, what)};
}

/// One line of text, safe to print.
Status check_line(std::string_view where, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return wrong(where, fmt::format("longer than {} bytes", bytes_max));
  if (!is_utf8(text)) return wrong(where, "not UTF-8");
  if (is_plain_line(text)) return {};
  return wrong(where, "more than one line, or a character in it that controls how the line is shown");
}

Status check_name(std::string_view where, std::string_view name, bool (*fits)(std::string_view),
                  std::string_view pattern) {
  if (Status line = check_line(where, name, Limits::name_bytes_max); !line) return line;
  if (!fits(name)) return wrong(where, fmt::format("\"{}\" does not have the form {}", name, pattern));
  return {};
}

Status check_plugin_name(std::string_view where, std::string_view name) {
  return check_name(where, name, is_name, "[a-z][a-z0-9_-]*");
}

Status check_identifier(std::string_view where, std::string_view name) {
  return check_name(where, name, is_identifier, "[a-z_][a-z0-9_]*");
}

Status check_count(std::string_view where, std::size_t count, std::size_t max) {
  if (count > max) return wrong(where, fmt::format("{} of them, at most {} are allowed", count, max));
  return {};
}

Status check_flags(std::string_view where, std::uint32_t flags, std::uint32_t known) {
  if ((flags & ~known) != 0)
    return wrong(where, fmt::format("unknown flags {:#x}; built for a newer host?", flags & ~known));
  return {};
}

Status check_type_word(std::string_view where, std::string_view word) {
  if (word == "nil" || std::find(type_names.begin(), type_names.end(), word) != type_names.end()) return {};
  return wrong(where, fmt::format("\"{}\" is none of the types nil {}", word, fmt::join(type_names, " ")));
}

/// "who: str, times: int": as many as the arity says.
Status check_params(std::string_view where, const Callback& callback) {
  if (callback.params.empty()) return {};
  std::string_view rest = callback.params;
  for (std::uint32_t i = 0; i < callback.arity; ++i) {
    const std::size_t comma = std::min(rest.find(", "), rest.size());
    const std::string_view param = rest.substr(0, comma);
    const std::size_t colon = param.find(": ");
    if (colon == std::string_view::npos) {
      return wrong(where, fmt::format("\"{}\" should be {} \"name: type\", with \", \" between", callback.params,
                                      counted(callback.arity, "time")));
    }
    if (Status name = check_identifier(where, param.substr(0, colon)); !name) return name;
    if (Status type = check_type_word(where, param.substr(colon + 2)); !type) return type;
    rest.remove_prefix(std::min(comma + 2, rest.size()));
  }
  if (!rest.empty()) return wrong(where, fmt::format("more parameters than the arity, {}", callback.arity));
  return {};
}

Status check_callback(const std::string& where, const Callback& callback) {
  if (Status name = check_identifier(where + " name", callback.name); !name) return name;
  if (callback.arity > Limits::arity_max) {
    return wrong(where, fmt::format("arity {}, at most {} is allowed", callback.arity, Limits::arity_max));
  }
  if (Status flags = check_flags(where, callback.flags, callback_flags); !flags) return flags;
  if (Status line = check_line(where + " params", callback.params, Limits::line_bytes_max); !line) return line;
  if (Status params = check_params(where + " params", callback); !params) return params;
  if (!callback.result.empty()) {
    if (Status line = check_line(where + " result", callback.result, Limits::line_bytes_max); !line) return line;
    if (Status type = check_type_word(where + " result", callback.result); !type) return type;
  }
  return check_line(where + " doc", callback.doc, Limits::line_bytes_max);
}

Status check_callbacks(const std::vector<Callback>& callbacks) {
  if (Status count = check_count("callbacks", callbacks.size(), Limits::callbacks_max); !count) return count;
  std::set<std::pair<std::string_view, std::uint32_t>> seen;
  for (std::size_t i = 0; i < callbacks.size(); ++i) {
    const Callback& each = callbacks[i];
    if (Status fits = check_callback(fmt::format("callbacks[{}]", i), each); !fits) return fits;
    if (!seen.emplace(each.name, each.arity).second) {
      return wrong(fmt::format("callbacks[{}]", i), fmt::format("{}/{} is declared twice", each.name, each.arity));
    }
  }
  return {};
}

Status check_default(const std::string& where, const Setting& setting, const Constraints& constraints) {
  if (setting.default_value.empty()) return {};
  if ((setting.flags & LODGE_REQUIRED) != 0) return wrong(where, "a required setting has no default");
  const Result<wire::Value> value = wire::Value::unpack(setting.default_value, default_limits);
  if (!value) return wrong(where, "not one msgpack value: " + value.error().message);
  if (setting.type != LODGE_TYPE_ANY && !value->is_nil() && value->type_name() != setting_type_name(setting.type)) {
    return wrong(where, fmt::format("of type {}, and the setting's type is {}", value->type_name(),
                                    setting_type_name(setting.type)));
  }
  const std::string wanted = value->is_nil() ? std::string() : broken_by(*value, constraints);
  if (wanted.empty()) return {};
  return wrong(where, "the setting's constraints want " + wanted);
}

Status check_settings(const std::vector<Setting>& settings) {
  if (Status count = check_count("settings", settings.size(), Limits::settings_max); !count) return count;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const Setting& each = settings[i];
    const std::string where = fmt::format("settings[{}]", i);
    if (Status name = check_identifier(where + " name", each.name); !name) return name;
    if (!seen.insert(each.name).second) return wrong(where, fmt::format("`{}` is declared twice", each.name));
    if (setting_type_name(each.type).empty()) return wrong(where, fmt::format("there is no type {}", each.type));
    if (Status flags = check_flags(where, each.flags, setting_flags); !flags) return flags;
    const Result<Constraints> constraints = read_constraints(each.constraints, each.type);
    if (!constraints) return wrong(where + " constraints", constraints.error().message);
    if (Status fits = check_default(where + " default_value", each, *constraints); !fits) return fits;
    if (Status line = check_line(where + " doc", each.doc, Limits::line_bytes_max); !line) return line;
  }
  return {};
}

Status check_dependencies(const Descriptor& descriptor) {
  const auto& dependencies = descriptor.dependencies;
  if (Status count = check_count("dependencies", dependencies.size(), Limits::dependencies_max); !count) return count;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < dependencies.size(); ++i) {
    const Dependency& each = dependencies[i];
    const std::string where = fmt::format("dependencies[{}]", i);
    if (Status name = check_plugin_name(where + " name", each.name); !name) return name;
    if (each.name == descriptor.name) return wrong(where, "the plugin depends on itself");
    if (!seen.insert(each.name).second) return wrong(where, fmt::format("`{}` is declared twice", each.name));
    if (Status line = check_line(where + " version", each.range, Limits::version_bytes_max); !line) return line;
    if (const auto range = VersionRange::parse(each.range); !range) {
      return wrong(where + " version", range.error().message);
    }
  }
  return {};
}

/// "lodge.store/1": words with dots between, a revision behind the slash.
bool is_interface_id(std::string_view id) {
  const std::size_t slash = id.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == id.size()) return false;
  const std::string_view name = id.substr(0, slash);
  const std::string_view revision = id.substr(slash + 1);
  return std::all_of(
             name.begin(), name.end(),
             [](char c) { return detail::is_lower(c) || detail::is_digit(c) || c == '_' || c == '-' || c == '.'; }) &&
         std::all_of(revision.begin(), revision.end(), detail::is_digit);
}

Status check_needs(const std::vector<std::string>& needs) {
  if (Status count = check_count("needs", needs.size(), Limits::needs_max); !count) return count;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < needs.size(); ++i) {
    const std::string where = fmt::format("needs[{}]", i);
    if (Status line = check_line(where, needs[i], Limits::version_bytes_max); !line) return line;
    if (!is_interface_id(needs[i])) {
      return wrong(where, fmt::format("\"{}\" is not an interface id like lodge.store/1", needs[i]));
    }
    if (!seen.insert(needs[i]).second) return wrong(where, fmt::format("`{}` is declared twice", needs[i]));
  }
  return {};
}

}  // namespace

std::string_view setting_type_name(std::uint32_t type) {
  return type < type_names.size() ? type_names[type] : std::string_view{};
}

Status check_descriptor(const Descriptor& descriptor) {
  if (Status name = check_plugin_name("name", descriptor.name); !name) return name;
  if (Status line = check_line("version", descriptor.version, Limits::version_bytes_max); !line) return line;
  if (const auto version = Version::parse(descriptor.version); !version) {
    return wrong("version", version.error().message);
  }
  if (Status line = check_line("sdk_version", descriptor.sdk_version, Limits::version_bytes_max); !line) return line;
  if (Status line = check_line("sdk_build_id", descriptor.sdk_build_id, Limits::version_bytes_max); !line) return line;
  if (Status line = check_line("summary", descriptor.summary, Limits::line_bytes_max); !line) return line;
  if (!descriptor.group.empty()) {
    if (Status group = check_plugin_name("group", descriptor.group); !group) return group;
  }
  if (Status fits = check_dependencies(descriptor); !fits) return fits;
  if (Status fits = check_needs(descriptor.needs); !fits) return fits;
  if (Status fits = check_settings(descriptor.settings); !fits) return fits;
  return check_callbacks(descriptor.callbacks);
}

}  // namespace lodge::plugin
