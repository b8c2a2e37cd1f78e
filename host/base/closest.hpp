// "did you mean": the nearest of the names there are.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lodge {

/// The candidate that `wanted` was most probably meant to be (swapped, missing, extra or wrong letters; case ignored),
/// the first of equals; empty: none is near enough. Linear in the candidates; names longer than 64 bytes are not near
/// anything.
[[nodiscard]] std::string_view closest(std::string_view wanted, std::span<const std::string_view> candidates);
[[nodiscard]] std::string_view closest(std::string_view wanted, std::span<const std::string> candidates);

/// "; did you mean `greeter`?", or nothing when no candidate is near.
[[nodiscard]] std::string did_you_mean(std::string_view wanted, std::span<const std::string_view> candidates);
[[nodiscard]] std::string did_you_mean(std::string_view wanted, std::span<const std::string> candidates);

}  // namespace lodge
