// feed/1: counts a list of words in the service's store. One entry a word, so that calls on all threads count at once;
// the store adds, so that none of them loses a count of another.
#include <lodge/plugin.hpp>
#include <lodge/store.hpp>

#include <algorithm>

namespace {

constexpr std::string_view prefix = "word/";
constexpr std::size_t word_bytes_max = 1024 - prefix.size();  // what the store leaves of a key

std::string key_of(std::string_view word) { return std::string(prefix).append(word); }

using WordCount = std::pair<std::string, std::int64_t>;

class Counter {
 public:
  explicit Counter(const lodge::Host& host) : store_(host.store()) {}

  /// Either all words are counted or, where one is not possible, none; the store's quota may end it half way.
  std::int64_t feed(const std::vector<std::string_view>& words) const {
    for (const std::string_view word : words) check(word);
    for (const std::string_view word : words) static_cast<void>(store_.increment(key_of(word)).or_throw());
    return static_cast<std::int64_t>(words.size());
  }

  lodge::Result<std::int64_t> count(std::string_view word) const {
    check(word);
    lodge::Result<std::int64_t> count = store_.get<std::int64_t>(key_of(word));
    if (!count && count.error().code == LODGE_NOT_FOUND) return 0;
    return count;
  }

  std::map<std::string, std::int64_t> counts() const {
    const std::vector<WordCount> all = entries();
    return {all.begin(), all.end()};
  }

  /// The n most frequent words, those that are equally frequent by word.
  std::vector<WordCount> top(std::uint32_t n) const {
    std::vector<WordCount> all = entries();
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(n, all.size()));
    std::partial_sort(all.begin(), end, all.end(), [](const WordCount& a, const WordCount& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    all.erase(end, all.end());
    return all;
  }

  void reset() const {
    for (const WordCount& each : entries()) {
      const lodge::Result<void> removed = store_.remove(key_of(each.first));
      if (!removed && removed.error().code != LODGE_NOT_FOUND) removed.or_throw();  // another reset may be faster
    }
  }

 private:
  static void check(std::string_view word) {
    if (word.size() <= word_bytes_max) return;
    throw lodge::Failure(LODGE_INVALID_ARGUMENT, "argument 1: a word of " + std::to_string(word.size()) +
                                                     " bytes; at most " + std::to_string(word_bytes_max) +
                                                     " can be counted");
  }

  std::vector<WordCount> entries() const {
    std::vector<WordCount> all;
    const auto add = [&all](std::string_view key, lodge::AnyView value) {
      lodge_mp_reader reader = lodge_mp_reader_of(value.bytes.data(), value.bytes.size());
      std::int64_t count = 0;
      if (lodge_mp_read_int(&reader, &count) == LODGE_OK) all.emplace_back(key.substr(prefix.size()), count);
    };
    store_.scan(prefix, add).or_throw();
    return all;
  }

  lodge::Store store_;
};

}  // namespace

LODGE_PLUGIN(Counter, "counter", "1.0.0", lodge::summary("Counts words in the service's store"),
             lodge::needs(LODGE_STORE_V1),
             lodge::callback<&Counter::feed>("feed", "Counts a list of words; answers how many there were"),
             lodge::function<&Counter::count>("count", "How often a word came", lodge::quick, lodge::idempotent),
             lodge::function<&Counter::counts>("counts", "All words with their counts", lodge::idempotent),
             lodge::function<&Counter::top>("top", "The n most frequent words, as [word, count]", lodge::idempotent),
             lodge::function<&Counter::reset>("reset", "Forgets all words", lodge::idempotent))
