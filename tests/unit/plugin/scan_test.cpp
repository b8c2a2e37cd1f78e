#include "plugin/scan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/describe_report.hpp"
#include "plugin/plugin_folder.hpp"

namespace lodge::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(std::string_view plugin, std::int64_t timeout_ms = 30'000) {
  ScanOptions options = scan_options();
  options.timeout_ms = timeout_ms;
  const Result<Descriptor> described = describe_file(built(plugin), options);
  return described ? "described" : described.error().message;
}

TEST(Scan, reads_a_descriptor_in_a_child) {
  const Result<Descriptor> described = describe_file(built("good"), scan_options());
  ASSERT_TRUE(described) << described.error().message;
  EXPECT_EQ(described->name, "good");
  EXPECT_EQ(described->callbacks.size(), 2U);
  EXPECT_EQ(described->settings.at(0).default_value, Bytes{5});
}

TEST(Scan, takes_a_path_relative_to_where_it_runs) {
  const std::string path = std::filesystem::proximate(built("good"));
  EXPECT_TRUE(describe_file(path, scan_options()));
}

TEST(Scan, a_constructor_that_crashes_is_an_error_that_names_the_file_and_the_signal) {
  EXPECT_THAT(refusal("constructor_crashes"),
              AllOf(StartsWith(built("constructor_crashes") + ": crashed (killed by SIGABRT) while it was loaded"),
                    HasSubstr("to see it: " + describe_program())));
}

TEST(Scan, an_entry_that_crashes_is_an_error) { EXPECT_THAT(refusal("entry_crashes"), HasSubstr("killed by SIGABRT")); }

TEST(Scan, a_constructor_that_hangs_is_killed_at_its_deadline) {
  EXPECT_THAT(refusal("constructor_hangs", 200), HasSubstr("hung for 0.2 s while it was loaded"));
}

TEST(Scan, a_constructor_that_exits_is_an_error) {
  EXPECT_THAT(refusal("constructor_exits"), HasSubstr("ended the process (exit status 0)"));
}

TEST(Scan, a_constructor_that_forks_is_told_as_that) {
  for (const char* plugin : {"constructor_forks", "constructor_becomes_a_daemon"}) {
    EXPECT_THAT(refusal(plugin), AllOf(HasSubstr("left a process behind while it was loaded: a constructor"),
                                       HasSubstr("start processes in the hook `start`")));
  }
}

TEST(Scan, a_constructor_that_floods_the_hosts_descriptor_is_told_as_that) {
  EXPECT_THAT(refusal("constructor_floods"), HasSubstr("wrote into descriptor 3 without end while it was loaded"));
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // there lodge-describe has no limit
TEST(Scan, a_constructor_that_takes_memory_without_end_is_an_error) {
  EXPECT_THAT(refusal("constructor_takes_memory"),
              AllOf(HasSubstr("took memory until it crashed (killed by SIG"), HasSubstr("It may take 1024 MiB there")));
}
#endif

TEST(Scan, what_a_constructor_prints_is_not_seen) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_EQ(refusal("constructor_prints"), "described");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Scan, the_childs_findings_come_with_the_files_name) {
  EXPECT_EQ(refusal("entry_null"), built("entry_null") + ": lodge_plugin_v1 returned NULL; return the descriptor");
  EXPECT_EQ(refusal("wrong_abi"),
            built("wrong_abi") + ": abi: 99, and this host speaks 1; build it with the SDK of this host");
  EXPECT_THAT(refusal("too_short"), HasSubstr("descriptor: struct size 24"));
  EXPECT_THAT(refusal("longer_used"), HasSubstr("take a newer host"));
  EXPECT_EQ(refusal("longer_zero"), "described");
}

TEST(Scan, what_is_no_plugin_is_refused_before_it_is_loaded) {
  EXPECT_EQ(refusal("not_elf"), built("not_elf") + ": not a shared object: it does not begin as an ELF file does");
}

TEST(Scan, a_missing_file_and_a_directory_are_named) {
  EXPECT_EQ(describe_file("/no/such.so", scan_options()).error().code, Code::NOT_FOUND);
  EXPECT_THAT(describe_file("/tmp", scan_options()).error().message, HasSubstr("/tmp: not a regular file"));
}

TEST(Scan, a_missing_program_is_named) {
  ScanOptions options = scan_options();
  options.describe_program = "/no/lodge-describe";
  const Result<Descriptor> described = describe_file(built("good"), options);
  ASSERT_FALSE(described);
  EXPECT_THAT(described.error().text(), HasSubstr("UNAVAILABLE: "));
  EXPECT_THAT(described.error().message, HasSubstr("cannot run /no/lodge-describe: No such file"));
}

TEST(Scan, finds_the_program_beside_its_own) { EXPECT_EQ(find_describe_program(), describe_program()); }

TEST(DescribeReport, carries_an_error) {
  const Result<Descriptor> decoded = decode_report(encode_report(Error{Code::FAILED_PRECONDITION, "no \x1b[31m"}));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, Code::FAILED_PRECONDITION);
  EXPECT_EQ(decoded.error().message, "no \\x1b[31m");
}

TEST(DescribeReport, garbage_is_an_error) {
  const Bytes garbage = {0x81, 0xa4, 'c', 'o', 'd', 'e', 0x00};
  EXPECT_EQ(decode_report(garbage).error().code, Code::INVALID_ARGUMENT);
  EXPECT_EQ(decode_report({}).error().code, Code::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace lodge::plugin
