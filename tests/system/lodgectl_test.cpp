// The command line against a running host: what it prints, and what it ends with.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lodge/descriptor.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include "host_process.hpp"
#include "wire/json.hpp"

namespace lodge::system_test {

namespace {

using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using wire::Value;
namespace fs = std::filesystem;

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

  /// The keys of a map, in their order.
  static std::string keys(const Value& map) {
    std::string out;
    for (const auto& [key, value] : *map.as_map()) out += (out.empty() ? "" : " ") + *key.as_text();
    return out;
  }

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

TEST_F(Lodgectl, an_answer_that_cannot_be_printed_is_no_success) {
  const Outcome outcome =
      run(directory(), "/bin/sh", {"-c", std::string(PROGRAMS) + "/lodgectl --socket lodged.sock status >/dev/full"});
  EXPECT_EQ(outcome.ended, "exited 71") << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("standard output"));
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

/// tools/README.md promises these to scripts.
TEST_F(Lodgectl, json_has_the_keys_that_are_promised) {
  EXPECT_EQ(keys(host().ask({"status"})),
            "node version pid uptime_ms services connections calls_accepted calls_in_flight queued threads "
            "threads_running threads_blocked threads_stuck calls_refused names plugins_misbehaved");
  const Value services = host().ask({"services"});
  EXPECT_EQ(keys(services.as_list()->front()),
            "name status reason since_unix_ms version class global plugins last_error");
  const Value service = host().ask({"service", "show", "greeter"});
  EXPECT_EQ(
      keys(service),
      "name status reason since_unix_ms version class global plugins last_error last_error_unix_ms failures admin "
      "admin_reason admin_since_unix_ms callbacks children notes config_hash node uptime_ms origin store_entries "
      "store_bytes store_bytes_max");
  EXPECT_EQ(keys(service.find("plugins")->as_list()->front()), "name version summary file settings");
  EXPECT_EQ(keys(service.find("callbacks")->as_list()->front()),
            "name arity kind quick demoted idempotent params result doc chain");
  EXPECT_EQ(keys(host().ask({"plugins"}).as_list()->front()), "name version state misbehaved summary file error");
  EXPECT_EQ(keys(host().ask({"names"}).as_list()->front()), "name owner value");
  EXPECT_EQ(keys(host().ask({"config", "list", "demo"}).as_list()->front()), "key value");
  EXPECT_EQ(host().ask({"config"}), Value(Value::List{"demo"}));
  EXPECT_EQ(keys(host().ask({"bench", "greeter", "echo", "1", "--seconds", "0.05"})),
            "calls errors seconds calls_per_s p50_us p99_us max_us");
}

TEST_F(Lodgectl, tables_name_what_is_there) {
  const Outcome outcome = host().lodgectl({"services"});
  EXPECT_EQ(outcome.ended, "exited 0");
  EXPECT_THAT(outcome.out, HasSubstr("greeter"));
  EXPECT_THAT(outcome.out, HasSubstr("subject"));
}

TEST_F(Lodgectl, since_when_a_service_runs_is_told_as_a_time_and_to_machines_as_a_number) {
  const Outcome table = host().lodgectl({"services"});
  EXPECT_THAT(table.out, AnyOf(HasSubstr(" ago "), HasSubstr(" now ")));
  EXPECT_THAT(table.out, Not(HasSubstr("_ms")));
  EXPECT_GT(*host().ask({"service", "show", "greeter"}).find("since_unix_ms")->as_int(), 1'700'000'000'000);
}

/// The keys and their order are what README.md of tools promises to scripts.
TEST_F(Lodgectl, inspect_prints_what_it_has_promised) {
  const Outcome outcome = run(directory(), "lodgectl", {"inspect", "plugins/good.so", "--json"});
  EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
  EXPECT_THAT(outcome.err, IsEmpty());
  std::stringstream expected;
  expected << std::ifstream(EXPECTED "/inspect_good.json").rdbuf();
  Value promised = wire::value_from_json(expected.str()).value();
  promised.set("sdk_version", LODGE_SDK_VERSION);
  EXPECT_EQ(outcome.out, wire::json_from_value(promised) + "\n");
}

TEST_F(Lodgectl, inspect_shows_which_sdk_a_plugins_drafts_are_of) {
  const fs::path file = directory().add_plugin("draft_of_elsewhere");
  const Outcome table = run(directory(), "lodgectl", {"inspect", file});
  EXPECT_THAT(table.out, ContainsRegex("sdk_build_id +0123456789abcdef\n"));
  const Outcome json = run(directory(), "lodgectl", {"inspect", file, "--json"});
  EXPECT_THAT(json.out, HasSubstr(R"("sdk_build_id":"0123456789abcdef")"));
}

TEST_F(Lodgectl, inspect_shows_nothing_of_what_a_constructor_prints) {
  const fs::path file = directory().add_plugin("constructor_prints");
  for (const char* format : {"--json", "--timeout=5000"}) {
    const Outcome outcome = run(directory(), "lodgectl", {"inspect", file, format});
    EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
    EXPECT_THAT(outcome.out, Not(HasSubstr("look at me")));
    EXPECT_THAT(outcome.err, IsEmpty());
  }
}

struct BadFile {
  const char* plugin;
  const char* says;
  friend std::ostream& operator<<(std::ostream& out, const BadFile& file) { return out << file.says; }
};

class LodgectlInspect : public ::testing::TestWithParam<BadFile> {};

TEST_P(LodgectlInspect, says_what_is_wrong_with_a_bad_file) {
  const ScratchDirectory directory;
  const fs::path file = directory.add_plugin(GetParam().plugin);
  const Outcome outcome = run(directory, "lodgectl", {"inspect", file, "--json"});
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.out, IsEmpty());
  const auto error = wire::value_from_json(outcome.err);
  ASSERT_TRUE(error) << outcome.err;
  const std::string message = *error->find("error")->find("message")->as_text();
  EXPECT_THAT(message, StartsWith(file.string() + ": "));
  EXPECT_THAT(message, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Of, LodgectlInspect,
    ::testing::Values(BadFile{"constructor_crashes", "crashed (killed by SIGABRT) while it was loaded"},
                      BadFile{"constructor_hangs", "hung for 5 s while it was loaded"},
                      BadFile{"constructor_exits", "ended the process (exit status 0)"},
                      BadFile{"entry_null", "lodge_plugin_v1 returned NULL; return the descriptor"},
                      BadFile{"no_entry", "does not export the function lodge_plugin_v1; declare it with LODGE_EXPORT"},
                      BadFile{"extra_export", "Link with the version script that lodge_add_plugin sets"},
                      BadFile{"origin", "link without $ORIGIN"}, BadFile{"not_elf", "not a shared object"}),
    [](const auto& each) { return each.param.plugin; });

TEST_F(Lodgectl, inspect_of_what_is_not_there_or_no_file_says_so) {
  const Outcome missing = run(directory(), "lodgectl", {"inspect", "none.so"});
  EXPECT_EQ(missing.ended, "exited 66");
  EXPECT_THAT(missing.err, HasSubstr("none.so: cannot be read: No such file or directory"));
  const Outcome folder = run(directory(), "lodgectl", {"inspect", "plugins"});
  EXPECT_EQ(folder.ended, "exited 1");
  EXPECT_THAT(folder.err, HasSubstr("plugins: not a regular file"));
}

TEST_F(Lodgectl, each_line_of_a_file_is_a_call) {
  directory().write("lines", "one\ntwo\n\nfour");
  const Outcome outcome = host().lodgectl({"call", "greeter", "echo", "--each-line", "lines", "--json"});
  EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
  EXPECT_EQ(outcome.out,
            "{\"line\":1,\"result\":\"one\"}\n{\"line\":2,\"result\":\"two\"}\n{\"line\":3,\"result\":\"\"}\n"
            "{\"line\":4,\"result\":\"four\"}\n");
}

TEST_F(Lodgectl, each_line_that_was_read_has_its_line_of_output_when_the_host_is_killed) {
  const ScratchDirectory own;
  own.add_plugin("subject");
  HostProcess doomed(own, "[service.greeter]\nplugins = [\"subject\"]\n");
  const fs::path pipe = own.path() / "lines";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  ChildProcess caller(
      own, "lodgectl",
      {"call", "greeter", "echo", "--each-line", "lines", "--json", "--timeout", "20000", "--socket", "lodged.sock"},
      "caller");
  platform::UniqueFd writer;
  ASSERT_TRUE(eventually([&] {
    writer.reset(::open(pipe.c_str(), O_WRONLY | O_NONBLOCK));
    return writer.valid();
  }));
  std::string lines;
  for (int line = 0; line < 200; ++line) lines += "line\n";
  ASSERT_EQ(::write(writer.get(), lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
  ASSERT_TRUE(eventually([&] {
    const Value status = doomed.ask({"status"});
    return *status.find("calls_accepted")->as_int() > 200 && *status.find("calls_in_flight")->as_int() == 1;
  }));
  doomed.process().signal(SIGKILL);
  EXPECT_EQ(doomed.process().outcome().ended, "killed by SIGKILL");
  ASSERT_EQ(::write(writer.get(), "late\n", 5), 5);
  writer.reset();

  const Outcome outcome = caller.outcome();
  EXPECT_EQ(outcome.ended, "exited 69");
  std::istringstream printed(outcome.out);
  std::int64_t count = 0;
  for (std::string line; std::getline(printed, line);) {
    const Value shown = wire::value_from_json(line).value();
    EXPECT_EQ(*shown.find("line"), Value(++count));
    EXPECT_NE(shown.find(count <= 200 ? "result" : "error"), nullptr) << line;
  }
  EXPECT_EQ(count, 201);
  EXPECT_THAT(outcome.err, HasSubstr("\"answered\":200,\"failed\":1,\"stopped\":true"));
}

TEST_F(Lodgectl, an_async_call_is_not_waited_for_and_runs) {
  const Outcome outcome = host().lodgectl({"call", "greeter", "note", "4711", "--async"});
  EXPECT_EQ(outcome.ended, "exited 0") << outcome.err;
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_TRUE(eventually([] { return directory().read("journal").find("4711\n") != std::string::npos; }));
}

TEST_F(Lodgectl, an_async_call_that_cannot_be_taken_is_refused) {
  const Outcome outcome = host().lodgectl({"call", "greeter", "nobody_has_it", "--async"});
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.err, StartsWith("lodgectl: UNIMPLEMENTED: "));
}

TEST_F(Lodgectl, what_is_put_for_a_time_says_how_long_it_stays) {
  EXPECT_EQ(host().lodgectl({"store", "put", "greeter", "brief", "1", "--ttl", "600000"}).ended, "exited 0");
  const Value listed = host().ask({"store", "list", "greeter", "--prefix", "brief"});
  const Value* const left_ms = listed.as_list()->at(0).find("expires_in_ms");
  ASSERT_NE(left_ms, nullptr);
  EXPECT_GT(*left_ms->as_int(), 0);
  EXPECT_LE(*left_ms->as_int(), 600'000);
  EXPECT_EQ(host().lodgectl({"store", "delete", "greeter", "brief"}).ended, "exited 0");
}

TEST_F(Lodgectl, a_domain_that_is_misspelt_is_suggested) {
  const Outcome outcome = host().lodgectl({"config", "list", "dmeo"});
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_EQ(outcome.err, "lodgectl: NOT_FOUND: nothing is in domain `dmeo`; did you mean domain `demo`?\n");
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
