// What plugins answer with when something went wrong, as an outcome. No I/O: whoever asks writes the log.
#pragma once

#include <string>

#include "status/outcome.hpp"

namespace outcome {

struct Translated {
  Outcome outcome;
  /// The outcome does not tell what it was made of: that belongs into the log, with a reference in both.
  bool hidden = false;
};

/// Takes a text, a number, a list, a map (README.md says which); whatever else there is becomes an internal error.
[[nodiscard]] Translated translate(lodge::AnyView error);

}  // namespace outcome
