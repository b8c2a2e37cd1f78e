// The pieces that sections of the configuration are read with: a table of fields a section, strictly.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/closest.hpp"
#include "control/config_tree.hpp"
#include "control/host_config.hpp"

namespace lodge::control {

/// Where reading stands: what is wrong so far, and where values came from.
struct Reading {
  std::vector<Problem>& problems;
  Origins& origins;
  bool host_wrong = false;  ///< what stands under [host], as far as it has been read

  void wrong(const Place& place, std::string what) { problems.push_back({place, std::move(what)}); }
  /// "host.name: expected string, got integer"
  void wrong_type(const ConfigNode& node, const std::string& path, std::string_view expected) {
    wrong(node.place, path + ": expected " + std::string(expected) + ", got " + std::string(node.type_name()));
  }
};

/// One key of a section that is read into a `Target`.
template <typename Target>
struct Field {
  std::string_view key;
  void (*read)(Reading& reading, const ConfigNode& node, const std::string& path, Target& target);
};

/// "service.greeter" and "salutation" -> "service.greeter.salutation"; a key that needs quotes in TOML has them.
[[nodiscard]] std::string path_of(const std::string& path, std::string_view key);

/// The node's text; nullptr, and a problem: it has none.
[[nodiscard]] const std::string* read_text(Reading& reading, const ConfigNode& node, const std::string& path);
[[nodiscard]] bool read_flag(Reading& reading, const ConfigNode& node, const std::string& path, bool otherwise);
/// `otherwise`, and a problem: not a whole number from `least` to `most`.
[[nodiscard]] std::uint64_t read_number(Reading& reading, const ConfigNode& node, const std::string& path,
                                        std::uint64_t least, std::uint64_t most, std::uint64_t otherwise);
/// The entries of a table; none, and a problem: it is not one.
[[nodiscard]] std::span<const ConfigEntry> read_entries(Reading& reading, const ConfigNode& node,
                                                        const std::string& path);
/// The texts of a list; what is none is a problem and is left out.
[[nodiscard]] std::vector<const ConfigNode*> read_texts(Reading& reading, const ConfigNode& node,
                                                        const std::string& path);

/// Any value, as plugins get it. What they do not get (nan, inf, TOML's dates and times) is a problem, and comes as
/// another value of its kind.
[[nodiscard]] wire::Value read_value(Reading& reading, const ConfigNode& node, const std::string& path);

template <typename Target>
void read_fields(Reading& reading, const ConfigNode& node, const std::string& path,
                 std::type_identity_t<std::span<const Field<Target>>> fields, Target& target) {
  for (const ConfigEntry& entry : read_entries(reading, node, path)) {
    const std::string entry_path = path_of(path, entry.key);
    bool known = false;
    for (const Field<Target>& field : fields) {
      if (field.key != entry.key) continue;
      known = true;
      field.read(reading, entry.node, entry_path, target);
    }
    if (known) continue;
    std::vector<std::string_view> keys;
    for (const Field<Target>& field : fields) keys.push_back(field.key);
    const std::string where = path.empty() ? "" : " in [" + path + "]";
    reading.wrong(entry.place, "unknown key `" + entry.key + "`" + where + did_you_mean(entry.key, keys));
  }
}

template <auto Member>
struct OwnerOf;
template <typename Owner, typename Type, Type Owner::*Member>
struct OwnerOf<Member> {
  using type = Owner;
};
template <auto Member>
using owner_of = typename OwnerOf<Member>::type;

/// A field that is a whole number from `Least` to `Most`.
template <auto Member, std::uint64_t Least, std::uint64_t Most>
constexpr Field<owner_of<Member>> number_field(std::string_view key) {
  return {key, [](Reading& reading, const ConfigNode& node, const std::string& path, owner_of<Member>& target) {
            auto& number = target.*Member;
            using Number = std::remove_reference_t<decltype(number)>;
            number = static_cast<Number>(read_number(reading, node, path, Least, Most, number));
          }};
}

template <auto Member>
constexpr Field<owner_of<Member>> flag_field(std::string_view key) {
  return {key, [](Reading& reading, const ConfigNode& node, const std::string& path, owner_of<Member>& target) {
            target.*Member = read_flag(reading, node, path, target.*Member);
          }};
}

template <auto Member>
constexpr Field<owner_of<Member>> text_field(std::string_view key) {
  return {key, [](Reading& reading, const ConfigNode& node, const std::string& path, owner_of<Member>& target) {
            if (const std::string* text = read_text(reading, node, path)) target.*Member = *text;
          }};
}

}  // namespace lodge::control
