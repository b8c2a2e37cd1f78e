#include "request/send_options.hpp"

#include <lodge/host.hpp>

#include <algorithm>
#include <map>
#include <string_view>

#include "request/retry.hpp"

namespace request {

namespace {

constexpr std::int64_t time_ms_max = 86'400'000;  // a day

std::string known_options() {
  std::string out;
  const auto one = [&out](const auto& each) { out.append(out.empty() ? "" : ", ").append(each.name); };
  std::apply([&](const auto&... each) { (one(each), ...); }, SendOptions::lodge_fields);
  return out;
}

bool is_option(std::string_view key) {
  return std::apply([&](const auto&... each) { return ((each.name == key) || ...); }, SendOptions::lodge_fields);
}

std::string out_of_range(std::string_view name, const std::optional<std::int64_t>& given, std::int64_t most) {
  if (!given || (*given >= 1 && *given <= most)) return {};
  return "argument 4, key \"" + std::string(name) + "\": " + std::to_string(*given) + " is out of range (1 to " +
         std::to_string(most) + ")";
}

}  // namespace

std::string read_send_options(lodge::AnyView options, SendOptions& out) {
  lodge_mp_reader reader = lodge_mp_reader_of(options.bytes.data(), options.bytes.size());
  if (lodge_mp_read_nil(&reader) == LODGE_OK) return {};
  std::map<std::string_view, lodge::AnyView> entries;
  lodge::Mismatch mismatch;
  if (!lodge::read_value(options.bytes, entries, mismatch)) {
    mismatch.at("argument 4");
    return mismatch.text;
  }
  for (const auto& [key, value] : entries) {
    if (is_option(key)) continue;
    return "argument 4: there is no option \"" + lodge::shown(key) + "\"; there are " + known_options();
  }
  if (!lodge::read_value(options.bytes, out, mismatch)) {
    mismatch.at("argument 4");
    return mismatch.text;
  }
  if (out.pass) {
    const lodge_mp_reader passed = lodge_mp_reader_of(out.pass->bytes.data(), out.pass->bytes.size());
    if (lodge_mp_type(&passed) != LODGE_MP_MAP) {
      mismatch.expected("map", passed);
      return "argument 4, key \"pass\": " + mismatch.text;
    }
  }
  for (const std::string& wrong : {out_of_range("timeout_ms", out.timeout_ms, time_ms_max),
                                   out_of_range("attempt_timeout_ms", out.attempt_timeout_ms, time_ms_max),
                                   out_of_range("attempts", out.attempts, attempts_max),
                                   out_of_range("backoff_ms", out.backoff_ms, time_ms_max)}) {
    if (!wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace request
