// What an operator does to services while the host runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "bystander.hpp"
#include "host_process.hpp"

namespace lodge::system_test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using wire::Value;

class ServiceVerbs : public ::testing::Test {
 protected:
  ServiceVerbs()
      : host((directory.add_plugin("subject"), directory.add_plugin("create_fails"), directory),
             "[service.s]\nplugins = [\"subject\"]\n[service.sad]\nplugins = [\"create_fails\"]\n") {}

  [[nodiscard]] std::string status_after(const std::string& verb, const std::string& service = "s") const {
    return *host.ask({"service", verb, service}).find("status")->as_text();
  }
  [[nodiscard]] std::string echo() const { return host.lodgectl({"call", "s", "echo", "5"}).ended; }

  ScratchDirectory directory;
  HostProcess host;
};

}  // namespace

TEST_F(ServiceVerbs, pause_stop_and_start_do_what_they_say) {
  EXPECT_EQ(host.ask({"service", "ready", "s"}), Value(true));
  EXPECT_EQ(status_after("pause"), "paused");
  EXPECT_EQ(echo(), "exited 69");
  EXPECT_EQ(host.lodgectl({"service", "ready", "s"}).ended, "exited 1");
  EXPECT_EQ(status_after("start"), "running");
  EXPECT_EQ(echo(), "exited 0");
  EXPECT_EQ(status_after("stop"), "stopped");
  EXPECT_EQ(echo(), "exited 69");
  EXPECT_EQ(status_after("start"), "running");
  EXPECT_EQ(echo(), "exited 0");
  EXPECT_EQ(status_after("drain"), "stopped");
}

TEST_F(ServiceVerbs, keep_the_store_of_a_service_that_is_stopped) {
  ASSERT_EQ(host.lodgectl({"store", "put", "s", "k", "7"}).ended, "exited 0");
  EXPECT_EQ(status_after("stop"), "stopped");
  EXPECT_EQ(host.ask({"store", "get", "s", "k"}), Value(7));
  EXPECT_EQ(status_after("start"), "running");
  EXPECT_EQ(host.ask({"store", "get", "s", "k"}), Value(7));
}

TEST_F(ServiceVerbs, tell_what_keeps_a_service_from_starting) {
  const Outcome outcome = host.lodgectl({"service", "start", "sad"});
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("failed"), HasSubstr("create_fails")));
  EXPECT_EQ(host.lodgectl({"service", "pause", "sad"}).ended, "exited 1") << "it has failed, whatever is wanted of it";
  EXPECT_EQ(status_after("stop", "sad"), "stopped");
}

TEST_F(ServiceVerbs, change_the_plugins_of_a_service_and_refuse_what_cannot_be) {
  directory.add_plugin("rogue_answers");
  const Value added = host.ask({"service", "add-plugin", "s", "rogue_answers"});
  EXPECT_EQ(*added.find("added"), Value(Value::List{"rogue_answers"}));
  EXPECT_EQ(*host.ask({"service", "show", "s"}).find("plugins")->as_list()->at(1).find("name"), Value("rogue_answers"));
  EXPECT_EQ(echo(), "exited 0");
  EXPECT_THAT(host.lodgectl({"service", "upgrade", "s", "rogue_answers"}).err, HasSubstr("is what runs already"));
  EXPECT_EQ(*host.ask({"service", "remove-plugin", "s", "rogue_answers"}).find("removed"),
            Value(Value::List{"rogue_answers"}));
  EXPECT_THAT(host.lodgectl({"service", "remove-plugin", "s", "subject"}).err, HasSubstr("no plugin left"));
  EXPECT_THAT(host.lodgectl({"service", "add-plugin", "s", "rogue_answer"}).err,
              HasSubstr("did you mean `rogue_answers`?"));
  EXPECT_THAT(host.lodgectl({"service", "reconfigure", "s", "subject.colour=red"}).err,
              HasSubstr("service.s.config.subject.colour"));
  EXPECT_EQ(host.lodgectl({"service", "reconfigure", "s", "colour=red"}).ended, "exited 64");
}

TEST_F(ServiceVerbs, reload_applies_the_difference_and_only_that) {
  ASSERT_EQ(host.lodgectl({"store", "put", "s", "k", "7"}).ended, "exited 0");
  directory.add_plugin("good");
  write_config(directory,
               "[service.s]\nplugins = [\"subject\"]\nversion = \"2.0.0\"\n[service.fresh]\nplugins = [\"good\"]\n"
               "[limits]\nnames_max = 77\n");
  const Value done = host.ask({"reload"});
  std::string all;
  for (const Value& each : *done.find("services")->as_list()) {
    all += *each.find("name")->as_text() + " " + *each.find("did")->as_text() + (each.find("error") ? "! " : ". ");
  }
  EXPECT_EQ(all, "sad stopped. s changed. fresh started. ");
  EXPECT_EQ(*done.find("restart_needed"), Value(Value::List{"limits"}));
  EXPECT_EQ(host.ask({"store", "get", "s", "k"}), Value(7)) << "it went on as it was";
  EXPECT_EQ(*host.ask({"service", "show", "s"}).find("version"), Value("2.0.0"));
}

TEST_F(ServiceVerbs, reload_of_a_configuration_that_is_wrong_changes_nothing) {
  write_config(directory, "[service.s]\nplugins = [\"subject\"]\nversoin = \"2.0.0\"\n");
  const Outcome outcome = host.lodgectl({"reload"});
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("lodged.toml:3"), HasSubstr("did you mean `version`?")));
  write_config(directory, "[service.s]\nplugins = [\"subject\", \"missing\"]\n");
  const Outcome missing = host.lodgectl({"reload"});
  EXPECT_EQ(missing.ended, "exited 1");
  EXPECT_THAT(missing.out, HasSubstr("missing"));
  EXPECT_EQ(echo(), "exited 0");
  write_config(directory, "[service.s]\nplugins = [\"subject\"]\nclass = \"good\"\n");
  EXPECT_EQ(host.lodgectl({"reload"}).ended, "exited 0");
  EXPECT_EQ(*host.ask({"service", "show", "s"}).find("class"), Value("good"));
}

// Who looks takes nothing from who calls.
TEST_F(ServiceVerbs, a_thousand_looks_at_a_service_disturb_no_call) {
  Bystander caller(host.connect(), "s", "echo");
  caller.expect_served();
  wire::Client looker = host.connect();
  const Bytes name = Value("s").pack();
  for (int look = 0; look < 1000; ++look) {
    const Result<Bytes> shown = looker.call("lodge", "service", name, 1);
    ASSERT_TRUE(shown) << shown.error().text();
    ASSERT_EQ(*Value::unpack(*shown).value().find("status"), Value("running"));
  }
  caller.expect_served();
  EXPECT_EQ(host.stop().ended, "exited 0");
  caller.expect_undisturbed();
}

TEST_F(ServiceVerbs, are_started_with_settings_of_their_own) {
  EXPECT_THAT(host.lodgectl({"service", "start", "s", "subject.size=9"}).err, HasSubstr("reconfigure it instead"));
  EXPECT_EQ(status_after("stop"), "stopped");
  EXPECT_THAT(host.lodgectl({"service", "start", "s", "subject.nothing=1"}).err, HasSubstr("service.s.config.subject"));
  EXPECT_THAT(host.lodgectl({"service", "start", "s", "nothing"}).err, HasSubstr("PLUGIN.SETTING=VALUE"));
  EXPECT_EQ(*host.ask({"service", "start", "s", "subject.size=9"}).find("status"), Value("running"));
  const Value shown = host.ask({"service", "show", "s"});
  EXPECT_EQ(*shown.find("plugins")->as_list()->front().find("settings")->find("size"), Value(9));
  EXPECT_EQ(*shown.find("node"), *host.ask({"status"}).find("node"));
}

TEST_F(ServiceVerbs, refuse_settings_that_are_not_allowed) {
  directory.add_plugin("good");
  write_config(directory, "[service.g]\nplugins = [\"good\"]\n");
  const Outcome reloaded = host.lodgectl({"reload"});
  ASSERT_EQ(reloaded.ended, "exited 0") << reloaded.out;
  const Outcome outcome = host.lodgectl({"service", "reconfigure", "g", "good.size=0"});
  EXPECT_EQ(outcome.ended, "exited 1");
  EXPECT_THAT(outcome.err, HasSubstr("service.g.config.good.size: expected from 1 to 100, got 0"));
  write_config(directory, "[service.g]\nplugins = [\"good\"]\nconfig.good.size = 101\n");
  EXPECT_THAT(host.lodgectl({"reload"}).out,
              HasSubstr("lodged.toml:3:13: service.g.config.good.size: expected from 1 to 100, got 101"));
  EXPECT_EQ(*host.ask({"service", "show", "g"}).find("plugins")->as_list()->at(0).find("settings"),
            Value::map({{"size", 5}}));
}

TEST_F(ServiceVerbs, sighup_reloads) {
  write_config(directory, "[service.s]\nplugins = [\"subject\"]\nclass = \"new\"\n");
  host.process().signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return *host.ask({"service", "show", "s"}).find("class") == Value("new"); }));
}

TEST_F(ServiceVerbs, know_services_by_name_and_leave_the_host_itself_alone) {
  EXPECT_THAT(host.lodgectl({"service", "stop", "sed"}).err, HasSubstr("did you mean `sad`?"));
  EXPECT_THAT(host.lodgectl({"service", "stop", "lodge"}).err, HasSubstr("is the host itself"));
}

}  // namespace lodge::system_test
