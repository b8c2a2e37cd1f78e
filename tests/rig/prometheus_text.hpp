// A strict reader of Prometheus' text format: what it takes, Prometheus takes.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace lodge::rig {

/// What was exposed: "name{label=\"value\",...}" -> value, labels in their order, histograms as their single lines.
using Samples = std::map<std::string, double>;

/// All samples. Where anything breaks a rule of the format `error` says what, with the line: names and their endings,
/// HELP and TYPE before the samples of their family, families in one piece, escapes, values, series that stand twice,
/// histograms whose buckets are not cumulative, not in order, or without `+Inf` equal to `_count`.
[[nodiscard]] Samples read_prometheus_text(std::string_view text, std::string& error);

}  // namespace lodge::rig
