// The command line against a running host: what it prints, and what it ends with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "host_process.hpp"
#include "wire/json.hpp"

namespace lodge::system_test {

namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using wire::Value;

/// One host for all of them: what they change has names of their own.
class Lodgectl : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = std::make_unique<ScratchDirectory>();
    directory_->add_plugin("subject");
    directory_->add_plugin("good");
    host_ = std::make_unique<HostProcess>(
        *directory_, "[service.greeter]\nplugins = [\"subject\"]\n[config.demo]\ncolour = \"blue\"\n");
  }
  static void TearDownTestSuite() {
    host_.reset();
    directory_.reset();
  }

  static const ScratchDirectory& directory() { return *directory_; }
  static const HostProcess& host() { return *host_; }

  /// The names under `key` in a list of maps.
  static std::set<std::string> column(const Value& rows, std::string_view key) {
    std::set<std::string> out;
    for (const Value& row : *rows.as_list()) out.insert(*row.find(key)->as_text());
    return out;
  }

 private:
  static inline std::unique_ptr<const ScratchDirectory> directory_;
  static inline std::unique_ptr<const HostProcess> host_;
};

}  // namespace

TEST_F(Lodgectl, a_call_prints_its_result_as_json) {
  const Outcome outcome = host().lodgectl({"call", "greeter", "echo", "{\"a\": [1, 2.5, null]}"});
  EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
  const auto printed = wire::value_from_json(outcome.out);
  ASSERT_TRUE(printed) << outcome.out;
  EXPECT_EQ(*printed, Value::map({{"a", Value::List{1, 2.5, Value()}}}));
}

TEST_F(Lodgectl, a_call_that_fails_ends_with_one) {
  const Outcome outcome = host().lodgectl({"call", "greeter", "note", "text"});
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.err, HasSubstr("expected an id"));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST_F(Lodgectl, a_wrong_command_line_ends_with_sixty_four_and_a_suggestion) {
  const Outcome outcome = host().lodgectl({"statsu"});
  EXPECT_EQ(outcome.ended, "exited 64");
  EXPECT_THAT(outcome.err, HasSubstr("did you mean `status`?"));
}

TEST_F(Lodgectl, without_a_host_it_ends_with_sixty_nine_and_says_where_it_looked) {
  const Outcome outcome = run(directory(), "lodgectl", {"status", "--socket", "nowhere.sock"});
  EXPECT_EQ(outcome.ended, "exited 69");
  EXPECT_THAT(outcome.err, HasSubstr("nowhere.sock"));
}

TEST_F(Lodgectl, a_service_that_is_misspelt_is_suggested) {
  const Outcome outcome = host().lodgectl({"service", "show", "greter"});
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.err, HasSubstr("did you mean `greeter`?"));
}

TEST_F(Lodgectl, a_call_to_a_service_that_is_misspelt_has_a_suggestion_too) {
  const Outcome outcome = host().lodgectl({"call", "greter", "echo", "1"});
  EXPECT_EQ(outcome.ended, "exited 69") << "no service is as good as no host: a script may try again";
  EXPECT_THAT(outcome.err, HasSubstr("did you mean `greeter`?"));
}

TEST_F(Lodgectl, errors_are_json_for_machines) {
  const Outcome outcome = host().lodgectl({"call", "greeter", "note", "text", "--json"});
  EXPECT_EQ(outcome.ended, "exited 1");
  const auto error = wire::value_from_json(outcome.err);
  ASSERT_TRUE(error) << outcome.err;
  EXPECT_EQ(*error->find("error")->find("code")->as_text(), "INVALID_ARGUMENT");
}

TEST_F(Lodgectl, status_services_and_plugins_are_json_for_machines) {
  EXPECT_EQ(*host().ask({"status"}).find("node")->as_text(), "alpha");
  EXPECT_THAT(column(host().ask({"services"}), "name"), ::testing::IsSupersetOf({"greeter", "lodge"}));
  EXPECT_THAT(column(host().ask({"plugins"}), "name"), ::testing::IsSupersetOf({"subject", "good"}));
  EXPECT_EQ(*host().ask({"service", "show", "greeter"}).find("name")->as_text(), "greeter");
}

TEST_F(Lodgectl, tables_name_what_is_there) {
  const Outcome outcome = host().lodgectl({"services"});
  EXPECT_EQ(outcome.ended, "exited 0");
  EXPECT_THAT(outcome.out, HasSubstr("greeter"));
  EXPECT_THAT(outcome.out, HasSubstr("subject"));
}

TEST_F(Lodgectl, inspect_reads_a_good_file_without_a_host) {
  const Outcome outcome = run(directory(), "lodgectl", {"inspect", "plugins/subject.so", "--json"});
  EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
  const auto shown = wire::value_from_json(outcome.out);
  ASSERT_TRUE(shown) << outcome.out;
  EXPECT_EQ(*shown->find("version")->as_text(), "1.4.0");
  EXPECT_THAT(column(*shown->find("callbacks"), "callback"), ::testing::IsSupersetOf({"echo/1", "spin/0"}));
}

TEST_F(Lodgectl, inspect_says_what_is_wrong_with_a_bad_file) {
  directory().write("bad.so", "not a plugin");
  const Outcome outcome = run(directory(), "lodgectl", {"inspect", "bad.so"});
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.err, HasSubstr("bad.so: not a shared object"));
  EXPECT_EQ(run(directory(), "lodgectl", {"inspect", "none.so"}).ended, "exited 66");
}

TEST_F(Lodgectl, each_line_of_a_file_is_a_call) {
  directory().write("lines", "one\ntwo\n\nfour");
  const Outcome outcome = host().lodgectl({"call", "greeter", "echo", "--each-line", "lines", "--json"});
  EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
  EXPECT_EQ(outcome.out,
            "{\"line\":1,\"result\":\"one\"}\n{\"line\":2,\"result\":\"two\"}\n{\"line\":3,\"result\":\"\"}\n"
            "{\"line\":4,\"result\":\"four\"}\n");
}

TEST_F(Lodgectl, an_async_call_is_not_waited_for_and_runs) {
  const Outcome outcome = host().lodgectl({"call", "greeter", "note", "4711", "--async"});
  EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_TRUE(eventually([] { return directory().read("journal").find("4711\n") != std::string::npos; }));
}

TEST_F(Lodgectl, what_is_put_into_a_store_is_there_until_it_is_deleted) {
  EXPECT_EQ(host().lodgectl({"store", "put", "greeter", "k1", "{\"n\": 1}"}).ended, "exited 0");
  EXPECT_EQ(host().ask({"store", "get", "greeter", "k1"}), Value::map({{"n", 1}}));
  EXPECT_EQ(column(host().ask({"store", "list", "greeter", "--prefix", "k"}), "key"), std::set<std::string>{"k1"});
  EXPECT_EQ(host().lodgectl({"store", "delete", "greeter", "k1"}).ended, "exited 0");
  const Outcome gone = host().lodgectl({"store", "get", "greeter", "k1"});
  EXPECT_EQ(gone.ended, "exited 1");
  EXPECT_THAT(gone.err, HasSubstr("k1"));
}

TEST_F(Lodgectl, node_configuration_starts_with_the_files_and_can_be_changed) {
  EXPECT_EQ(host().ask({"config", "get", "demo", "colour"}), Value("blue"));
  EXPECT_EQ(host().lodgectl({"config", "put", "demo", "sizes", "[1, 2]"}).ended, "exited 0");
  EXPECT_EQ(host().ask({"config", "get", "demo", "sizes"}), Value(Value::List{1, 2}));
  EXPECT_EQ(column(host().ask({"config", "list", "demo"}), "key"), (std::set<std::string>{"colour", "sizes"}));
  EXPECT_EQ(host().lodgectl({"config", "delete", "demo", "sizes"}).ended, "exited 0");
  EXPECT_EQ(host().lodgectl({"config", "get", "demo", "sizes"}).ended, "exited 1");
}

TEST_F(Lodgectl, names_that_plugins_hold_are_shown_with_their_owners) {
  const Value unique = host().ask({"names", "sub"});
  ASSERT_EQ(column(unique, "name"), std::set<std::string>{"subject"});
  EXPECT_EQ(column(unique, "owner"), std::set<std::string>{"greeter"});
  EXPECT_EQ(column(host().ask({"names", "--shared"}), "name"), std::set<std::string>{"subjects"});
  EXPECT_THAT(*host().ask({"names", "nobody"}).as_list(), IsEmpty());
}

}  // namespace lodge::system_test
