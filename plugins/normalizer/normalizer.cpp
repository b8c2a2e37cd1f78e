// feed/1: a list of words goes on to the next link in lower case.
#include <lodge/plugin.hpp>

#include <algorithm>

namespace {

/// Not std::tolower: that would follow the host's locale.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Normalizer {
  static lodge::Verdict feed(std::vector<std::string> words) {
    for (std::string& word : words) std::transform(word.begin(), word.end(), word.begin(), lower);
    return lodge::continue_with(words);
  }
};

}  // namespace

LODGE_PLUGIN(Normalizer, "normalizer", "1.0.0", lodge::summary("Turns words into lower case"),
             lodge::depends_on("counter", "^1"),
             lodge::callback<&Normalizer::feed>("feed",
                                                "Passes words on in lower case; answers what the next plugin does",
                                                lodge::idempotent))
