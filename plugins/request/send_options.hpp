// What may stand in the last argument of send/4.
#pragma once

#include <lodge/pack_structs.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace request {

struct SendOptions {
  std::optional<std::int64_t> timeout_ms;          ///< for all attempts together; none: the deadline of the call
  std::optional<std::int64_t> attempt_timeout_ms;  ///< for each; none: what is left of the whole
  std::optional<std::int64_t> attempts;            ///< at most; none: the setting
  std::optional<std::int64_t> backoff_ms;          ///< before the second; none: the setting
  std::optional<bool> idempotent;                  ///< it may run twice where once was asked for
  std::optional<lodge::Any> pass;                  ///< a map: the options that request/3 gets over there

  static constexpr auto lodge_fields = std::make_tuple(
      lodge::field("timeout_ms", &SendOptions::timeout_ms),
      lodge::field("attempt_timeout_ms", &SendOptions::attempt_timeout_ms),
      lodge::field("attempts", &SendOptions::attempts), lodge::field("backoff_ms", &SendOptions::backoff_ms),
      lodge::field("idempotent", &SendOptions::idempotent), lodge::field("pass", &SendOptions::pass));
};

/// Nil is a map without entries. The text says what is wrong with it; empty: nothing, and `out` is what it says.
[[nodiscard]] std::string read_send_options(lodge::AnyView options, SendOptions& out);

}  // namespace request
