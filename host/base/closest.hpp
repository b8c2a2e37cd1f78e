// "did you mean": the nearest of the names there are.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lodge {

/// The candidate that `wanted` was most probably meant to be: one with some letters swapped, missing, extra or wrong
/// (case ignored), the first of equals; else the shortest that begins so. Empty: none is near enough. Linear in the
/// candidates; what is longer than 64 bytes is near nothing.
[[nodiscard]] std::string_view closest(std::string_view wanted, std::span<const std::string_view> candidates);
[[nodiscard]] std::string_view closest(std::string_view wanted, std::span<const std::string> candidates);

/// "; did you mean `greeter`?", with all of up to three that begin so where none is nearer: "`service` or `services`?".
/// Nothing when no candidate is near.
[[nodiscard]] std::string did_you_mean(std::string_view wanted, std::span<const std::string_view> candidates);
[[nodiscard]] std::string did_you_mean(std::string_view wanted, std::span<const std::string> candidates);

}  // namespace lodge
