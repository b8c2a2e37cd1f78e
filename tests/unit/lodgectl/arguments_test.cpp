#include "lodgectl/arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace lodge::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using wire::Value;

Result<Value> read(std::string_view word, const std::string& standard_input = "") {
  std::istringstream in(standard_input);
  return argument_from(word, in);
}

/// A file of the test's own.
class File {
 public:
  explicit File(std::string_view text) { std::ofstream(path_) << text; }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const std::string path_ = ::testing::TempDir() + "lodgectl-argument-" + std::to_string(::getpid());
};

TEST(Arguments, are_json) {
  EXPECT_EQ(*read("1"), Value(1));
  EXPECT_EQ(*read("-2.5"), Value(-2.5));
  EXPECT_EQ(*read("\"ada\""), Value("ada"));
  EXPECT_EQ(*read("null"), Value());
  EXPECT_EQ(*read("[1, {\"a\": true}]"), Value(Value::List{1, Value::map({{"a", true}})}));
}

TEST(Arguments, a_word_that_is_no_json_is_text) {
  EXPECT_EQ(*read("ada"), Value("ada"));
  EXPECT_EQ(*read("one fish two"), Value("one fish two"));
  EXPECT_EQ(*read("/etc/passwd"), Value("/etc/passwd"));
  EXPECT_EQ(*read("nulls"), Value("nulls"));
}

TEST(Arguments, what_was_meant_as_json_but_is_none_is_refused_with_a_hint) {
  for (const char* word : {"{a: 1}", "[1,", "\"open", "12 monkeys", "-x", ""}) {
    const auto value = read(word);
    ASSERT_FALSE(value.ok()) << word;
    EXPECT_THAT(value.error().message, HasSubstr("\"")) << word;
  }
}

TEST(Arguments, at_a_file_stands_for_the_json_in_it) {
  const File file("{\"a\": [1,\n2]}\n");
  EXPECT_EQ(*read("@" + file.path()), Value::map({{"a", Value::List{1, 2}}}));
  EXPECT_EQ(*read("@-", "\"text\""), Value("text"));
  EXPECT_EQ(*read("\"@-\""), Value("@-")) << "quoted it is a text";
}

TEST(Arguments, what_is_wrong_in_a_file_is_told_with_its_name_and_place) {
  const File file("{\"a\": 1,\n \"b\": two}");
  EXPECT_THAT(read("@" + file.path()).error().message, StartsWith(file.path() + ": not JSON at line 2, column 8: "));
  EXPECT_THAT(read("@-", "[1,\n{\"$bin\": \"!\"}]").error().message,
              StartsWith("standard input: line 2, column 10: {\"$bin\""));
  EXPECT_THAT(read("@-", "").error().message, StartsWith("standard input: not JSON at line 1, column 1"));
}

TEST(Arguments, a_file_that_cannot_be_read_is_not_found) {
  for (const std::string word : {"@/nonexistent", "@/tmp"}) {
    const auto value = read(word);
    ASSERT_FALSE(value.ok()) << word;
    EXPECT_EQ(value.error().code, Code::NOT_FOUND);
    EXPECT_THAT(value.error().message, StartsWith(word.substr(1) + ": cannot be read: "));
  }
  EXPECT_EQ(read("@").error().code, Code::INVALID_ARGUMENT);
}

TEST(Arguments, standard_input_is_read_once) {
  std::istringstream in("5");
  const std::vector<std::string> once = {"1", "@-"};
  const std::vector<std::string> twice = {"@-", "@-"};
  EXPECT_EQ(*arguments_from(once, in), (Value::List{1, 5}));
  EXPECT_THAT(arguments_from(twice, in).error().message, HasSubstr("@- stands there 2 times"));
  EXPECT_TRUE(takes_standard_input(once));
}

TEST(Arguments, are_packed_one_after_another) {
  EXPECT_EQ(packed({1, "a"}), (Bytes{0x01, 0xa1, 'a'}));
  EXPECT_EQ(packed({}), Bytes{});
}

}  // namespace
}  // namespace lodge::ctl
