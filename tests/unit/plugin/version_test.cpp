#include "plugin/version.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace lodge::plugin {
namespace {

using testing::HasSubstr;

Version version(std::string_view text) {
  const Result<Version> parsed = Version::parse(text);
  EXPECT_TRUE(parsed.ok()) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : Version{};
}

bool in(std::string_view range, std::string_view candidate) {
  const Result<VersionRange> parsed = VersionRange::parse(range);
  EXPECT_TRUE(parsed.ok()) << (parsed ? "" : parsed.error().message);
  return parsed && parsed->contains(version(candidate));
}

std::string refusal(std::string_view text) {
  const Result<Version> parsed = Version::parse(text);
  return parsed ? "accepted" : parsed.error().message;
}

std::string range_refusal(std::string_view text) {
  const Result<VersionRange> parsed = VersionRange::parse(text);
  return parsed ? "accepted" : parsed.error().message;
}

TEST(Version, orders_as_semver_says) {
  const std::vector<std::string_view> ascending = {
      "0.0.1",      "0.1.0",        "1.0.0-alpha",   "1.0.0-alpha.1", "1.0.0-alpha.beta",
      "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",    "1.0.0",
      "1.0.1",      "1.2.0",        "1.10.0",        "2.0.0"};
  for (std::size_t i = 0; i + 1 < ascending.size(); ++i) {
    EXPECT_LT(version(ascending[i]), version(ascending[i + 1])) << ascending[i];
  }
}

TEST(Version, ignores_build_metadata) { EXPECT_EQ(version("1.0.0+build.007"), version("1.0.0")); }

TEST(Version, writes_what_it_read) { EXPECT_EQ(version("1.4.0-rc.1").text(), "1.4.0-rc.1"); }

TEST(Version, says_what_is_wrong_with_a_text) {
  EXPECT_THAT(refusal(""), HasSubstr("a number is missing at the end"));
  EXPECT_THAT(refusal("1.2"), HasSubstr("needs three numbers"));
  EXPECT_THAT(refusal("v1.2.3"), HasSubstr("a number is missing before \"v1.2.3\""));
  EXPECT_THAT(refusal("1.02.3"), HasSubstr("02 has a leading zero"));
  EXPECT_THAT(refusal("1.2.3.4"), HasSubstr("\".4\" is left over"));
  EXPECT_THAT(refusal("1.2.3-"), HasSubstr("pre-release has an empty part"));
  EXPECT_THAT(refusal("1.2.3-01"), HasSubstr("01 has a leading zero"));
  EXPECT_THAT(refusal("1.2.3-a_b"), HasSubstr("other characters"));
  EXPECT_THAT(refusal("1.2.10000000000"), HasSubstr("larger than 999999999"));
  EXPECT_THAT(refusal("1.2.3-" + std::string(300, 'a')), HasSubstr("longer than 256 bytes"));
}

TEST(VersionRange, empty_or_star_takes_any_version) {
  EXPECT_TRUE(in("", "0.0.1"));
  EXPECT_TRUE(in("*", "7.1.0-beta"));
}

TEST(VersionRange, a_full_version_means_exactly_that) {
  EXPECT_TRUE(in("1.4.2", "1.4.2"));
  EXPECT_TRUE(in("=1.2.3", "1.2.3"));
  EXPECT_FALSE(in("1.4.2", "1.4.3"));
}

TEST(VersionRange, a_partial_version_means_all_that_begin_so) {
  EXPECT_TRUE(in("1.4", "1.4.9"));
  EXPECT_FALSE(in("1.4", "1.5.0"));
  EXPECT_TRUE(in("=1", "1.9.9"));
  EXPECT_FALSE(in("1", "2.0.0"));
}

TEST(VersionRange, caret_keeps_the_first_number_that_is_not_zero) {
  EXPECT_TRUE(in("^1.2", "1.2.0"));
  EXPECT_TRUE(in("^1.2", "1.99.0"));
  EXPECT_FALSE(in("^1.2", "1.1.9"));
  EXPECT_FALSE(in("^1.2", "2.0.0"));
  EXPECT_TRUE(in("^0.2.3", "0.2.9"));
  EXPECT_FALSE(in("^0.2.3", "0.3.0"));
  EXPECT_FALSE(in("^0.0.3", "0.0.4"));
  EXPECT_TRUE(in("^0.0", "0.0.9"));
  EXPECT_TRUE(in("^0", "0.9.0"));
  EXPECT_FALSE(in("^0", "1.0.0"));
}

TEST(VersionRange, tilde_keeps_the_minor_version) {
  EXPECT_TRUE(in("~1.2", "1.2.7"));
  EXPECT_FALSE(in("~1.2.3", "1.3.0"));
  EXPECT_FALSE(in("~1.2.3", "1.2.2"));
  EXPECT_TRUE(in("~1", "1.9.0"));
  EXPECT_FALSE(in("~1", "2.0.0"));
}

TEST(VersionRange, all_comparators_must_hold) {
  EXPECT_TRUE(in(">=1 <3", "1.0.0"));
  EXPECT_TRUE(in(">= 1  < 3", "2.9.9"));
  EXPECT_FALSE(in(">=1 <3", "3.0.0"));
  EXPECT_FALSE(in(">=1<3", "0.9.0"));
}

TEST(VersionRange, compares_with_partial_versions_as_a_whole) {
  EXPECT_FALSE(in(">1", "1.9.0"));
  EXPECT_TRUE(in(">1", "2.0.0"));
  EXPECT_TRUE(in("<=2.4", "2.4.9"));
  EXPECT_FALSE(in("<=2.4", "2.5.0"));
  EXPECT_TRUE(in("<=2.4.1", "2.4.1"));
  EXPECT_FALSE(in(">2.4.1", "2.4.1"));
}

TEST(VersionRange, takes_a_pre_release_only_where_one_is_named) {
  EXPECT_FALSE(in("^1.2", "1.3.0-alpha"));
  EXPECT_FALSE(in("^1.2", "2.0.0-alpha"));
  EXPECT_TRUE(in("^1.3.0-alpha", "1.3.0-beta"));
  EXPECT_FALSE(in("^1.3.0-alpha", "1.4.0-beta"));
  EXPECT_TRUE(in("1.3.0-alpha", "1.3.0-alpha"));
}

TEST(VersionRange, says_what_is_wrong_with_a_text) {
  EXPECT_THAT(range_refusal("^"), HasSubstr("a number is missing at the end"));
  EXPECT_THAT(range_refusal("=>1"), HasSubstr("no comparator \"=>\""));
  EXPECT_THAT(range_refusal("1.x"), HasSubstr("a number is missing before \"x\""));
  EXPECT_THAT(range_refusal("1.2-rc"), HasSubstr("\"-rc\" is left over"));
  EXPECT_THAT(range_refusal("latest"), HasSubstr("like \"^1.2\""));
}

}  // namespace
}  // namespace lodge::plugin
