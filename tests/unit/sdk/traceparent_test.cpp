// traceparent.h against what the recommendation says, written down a second time as a pattern.
#include <lodge/traceparent.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <regex>
#include <string>

namespace {

const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

bool reads(const std::string& text) {
  lodge_trace trace{};
  return lodge_traceparent_read(text.data(), text.size(), &trace) == LODGE_OK;
}

std::string written(const lodge_trace& trace) {
  std::string out(LODGE_TRACEPARENT_SIZE, '?');
  lodge_traceparent_write(&trace, out.data());
  return out;
}

bool by_pattern(const std::string& text) {
  static const std::regex first_version("00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}");
  static const std::regex later("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-[^]*)?");
  std::smatch match;
  const auto ids = [&match](std::size_t at) {
    return match[at].str() != std::string(32, '0') && match[at + 1].str() != std::string(16, '0');
  };
  if (std::regex_match(text, match, first_version)) return ids(1);
  if (text.starts_with("00") || !std::regex_match(text, match, later)) return false;
  return match[1].str() != "ff" && ids(2);
}

}  // namespace

TEST(Traceparent, is_read_and_written_as_it_was) {
  lodge_trace trace{};
  ASSERT_EQ(lodge_traceparent_read(good.data(), good.size(), &trace), LODGE_OK);
  EXPECT_EQ(trace.trace_id[0], 0x4b);
  EXPECT_EQ(trace.trace_id[15], 0x36);
  EXPECT_EQ(trace.span_id[0], 0x00);
  EXPECT_EQ(trace.span_id[7], 0xb7);
  EXPECT_EQ(trace.flags, 1U);
  EXPECT_EQ(written(trace), good);
}

TEST(Traceparent, that_is_none_is_refused) {
  for (const std::string& wrong : {
           std::string(), std::string("00"), good.substr(0, 54), good + "0", good + "-00", " " + good,
           std::string("ff") + good.substr(2),                                       // no version
           std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"),   // upper case
           std::string("00-00000000000000000000000000000000-00f067aa0ba902b7-01"),   // no trace
           std::string("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"),   // no span
           std::string("00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),   // no dash
           std::string("00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01"),   // no digit
           std::string("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x"),  // no dash behind it
       }) {
    EXPECT_FALSE(reads(wrong)) << wrong;
    EXPECT_FALSE(by_pattern(wrong)) << wrong;
  }
}

TEST(Traceparent, of_a_later_version_is_read_as_far_as_it_is_known) {
  lodge_trace trace{};
  const std::string later = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff-what-ever";
  ASSERT_EQ(lodge_traceparent_read(later.data(), later.size(), &trace), LODGE_OK);
  EXPECT_EQ(trace.flags, 1U) << "other flags may mean something else by then";
  EXPECT_EQ(written(trace), good);
}

TEST(Traceparent, that_is_refused_changes_nothing) {
  lodge_trace trace{};
  trace.flags = 77;
  EXPECT_EQ(lodge_traceparent_read("nonsense", 8, &trace), LODGE_INVALID_ARGUMENT);
  EXPECT_EQ(trace.flags, 77U);
}

RC_GTEST_PROP(Traceparent, goes_through_text_unchanged, (std::array<std::uint8_t, 24> ids, std::uint8_t flags)) {
  lodge_trace trace{};
  std::memcpy(trace.trace_id, ids.data(), 16);
  std::memcpy(trace.span_id, ids.data() + 16, 8);
  trace.flags = flags;
  const bool valid = lodge_no_id(trace.trace_id, 16) == 0 && lodge_no_id(trace.span_id, 8) == 0;
  lodge_trace back{};
  const std::string text = written(trace);
  RC_ASSERT((lodge_traceparent_read(text.data(), text.size(), &back) == LODGE_OK) == valid);
  if (valid) RC_ASSERT(std::memcmp(&trace, &back, sizeof trace) == 0);
}

RC_GTEST_PROP(Traceparent, is_taken_exactly_where_the_pattern_fits, ()) {
  // A good one, with some characters changed and something behind it, maybe.
  std::string text = good;
  const int changes = *rc::gen::inRange(0, 4);
  for (int i = 0; i < changes; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] = *rc::gen::elementOf(std::string("0123456789abcdefAFg-_ \0", 23));
  }
  text += *rc::gen::element<std::string>("", "", "-", "-x", "0", "\n");
  text.resize(*rc::gen::weightedElement<std::size_t>({{6, text.size()}, {1, text.size() - 1}, {1, std::size_t{20}}}));
  RC_ASSERT(reads(text) == by_pattern(text));
}
