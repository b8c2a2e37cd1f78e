#include "lodgectl/verb.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace lodge::ctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// What `lodgectl WORDS` says where no host listens.
class Verbs : public ::testing::Test {
 protected:
  ExitCode run(std::vector<const char*> words) {
    words.insert(words.begin(), {"lodgectl", "--socket", "/nonexistent/lodged.sock"});
    const auto options = read_options(static_cast<int>(words.size()), words.data());
    EXPECT_TRUE(options.ok());
    out_.str("");
    errors_.str("");
    Session session(*options, {out_, errors_, clock_, false, false}, in_);
    return run_verb(session);
  }

  const ManualClock clock_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream errors_;
};

TEST_F(Verbs, unknown_ones_are_refused_with_a_suggestion) {
  EXPECT_EQ(run({"statsu"}), ExitCode::usage);
  EXPECT_THAT(errors_.str(), HasSubstr("no verb `statsu`; did you mean `status`?"));
}

TEST_F(Verbs, unknown_second_words_too) {
  EXPECT_EQ(run({"store", "lst", "words"}), ExitCode::usage);
  EXPECT_THAT(errors_.str(),
              HasSubstr("`store` has no `lst`; did you mean `list`? (there are: list, get, put, delete)"));
}

TEST_F(Verbs, beginnings_of_words_are_suggested_whole) {
  EXPECT_EQ(run({"serv"}), ExitCode::usage);
  EXPECT_THAT(errors_.str(), HasSubstr("no verb `serv`; did you mean `service` or `services`?"));
  EXPECT_EQ(run({"store", "del", "words"}), ExitCode::usage);
  EXPECT_THAT(errors_.str(), HasSubstr("`store` has no `del`; did you mean `delete`?"));
}

TEST_F(Verbs, a_second_word_is_no_argument_of_a_verb_that_takes_none) {
  EXPECT_EQ(run({"config", "lsit"}), ExitCode::usage);
  EXPECT_THAT(errors_.str(), HasSubstr("`config` has no `lsit`; did you mean `list`?"));
}

TEST_F(Verbs, what_is_near_nothing_is_sent_to_the_help) {
  EXPECT_EQ(run({"frobnicate"}), ExitCode::usage);
  EXPECT_THAT(errors_.str(), HasSubstr("no verb `frobnicate`; see lodgectl --help"));
}

TEST_F(Verbs, say_how_they_are_written) {
  EXPECT_EQ(run({"store", "put", "words", "key"}), ExitCode::usage);
  EXPECT_THAT(errors_.str(), HasSubstr("lodgectl store put SERVICE KEY VALUE"));
}

TEST_F(Verbs, refuse_options_that_are_not_theirs) {
  EXPECT_EQ(run({"status", "--depth", "3"}), ExitCode::usage);
  EXPECT_THAT(errors_.str(), HasSubstr("`status` does not take --depth"));
}

TEST_F(Verbs, say_where_no_host_is) {
  EXPECT_EQ(run({"status"}), ExitCode::unavailable);
  EXPECT_THAT(errors_.str(), HasSubstr("/nonexistent/lodged.sock"));
}

TEST_F(Verbs, help_lists_them_all) {
  EXPECT_EQ(run({"--help"}), ExitCode::ok);
  for (const char* verb : {"status", "services", "service show", "plugins", "inspect", "call", "store list", "names",
                           "config put", "reload", "bench"}) {
    EXPECT_THAT(out_.str(), HasSubstr(verb));
  }
}

TEST_F(Verbs, help_on_one_tells_its_options_and_what_an_argument_is) {
  EXPECT_EQ(run({"call", "--help"}), ExitCode::ok);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("lodgectl call SERVICE FUNCTION [ARG...]"), HasSubstr("--each-line FILE"),
                                HasSubstr("@FILE"), Not(HasSubstr("--depth"))));
}

TEST_F(Verbs, help_on_the_first_of_two_words_lists_them) {
  EXPECT_EQ(run({"store", "--help"}), ExitCode::ok);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("store list"), HasSubstr("store delete"), Not(HasSubstr("config"))));
  EXPECT_EQ(run({"config", "--help"}), ExitCode::ok);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("the domains"), HasSubstr("config put"), Not(HasSubstr("store"))));
}

TEST_F(Verbs, a_file_that_is_missing_is_no_input) {
  EXPECT_EQ(run({"inspect", "/nonexistent/plugin.so"}), ExitCode::no_input);
  EXPECT_EQ(run({"call", "s", "f", "--each-line", "/nonexistent/text"}), ExitCode::no_input);
  EXPECT_EQ(run({"call", "s", "f", "@/nonexistent/json"}), ExitCode::no_input);
  EXPECT_THAT(errors_.str(), AllOf(HasSubstr("/nonexistent/json: cannot be read: No such file"),
                                   HasSubstr("'\"@/nonexistent/json\"'")));
  EXPECT_EQ(run({"store", "put", "s", "k", "@/nonexistent/json"}), ExitCode::no_input);
}

}  // namespace
}  // namespace lodge::ctl
