// Plugin files that come, change and go while the host runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "host_process.hpp"

namespace lodge::system_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using wire::Value;
namespace fs = std::filesystem;

constexpr const char* services = "[service.s]\nplugins = [\"good\"]\n";
constexpr const char* soon = "[plugins]\nquiet_ms = 50\n";
constexpr const char* automatic = "[plugins]\nquiet_ms = 50\nauto = true\n";
constexpr const char* one_more = "[service.late]\nplugins = [\"subject\"]\n";

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Appends to a file, which only its owner may write.
void append(const fs::path& file, std::string_view bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::app);
  fs::permissions(file, fs::perms::owner_all);
  out << bytes;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

class DropIn : public ::testing::Test {
 protected:
  DropIn() { directory.add_plugin("good"); }

  static bool said(const HostProcess& host, const std::string& text) {
    return eventually([&] { return host.log().find(text) != std::string::npos; });
  }
  static std::string state_of(const HostProcess& host, const std::string& plugin) {
    const Value rows = host.ask({"plugins"});
    for (const Value& row : *rows.as_list()) {
      if (*row.find("name") == Value(plugin)) return *row.find("state")->as_text();
    }
    return "missing";
  }
  static std::string status_of(const HostProcess& host, const std::string& service) {
    const Value rows = host.ask({"services"});
    for (const Value& row : *rows.as_list()) {
      if (*row.find("name") == Value(service)) return *row.find("status")->as_text();
    }
    return "missing";
  }

  ScratchDirectory directory;
};

}  // namespace

TEST_F(DropIn, a_new_file_is_noticed_and_loaded_when_a_service_names_it) {
  const HostProcess host(directory, std::string(services) + soon);
  directory.add_plugin("rogue_answers");
  EXPECT_TRUE(said(host, "rogue_answers.so: plugin rogue_answers ")) << host.log();
  EXPECT_EQ(state_of(host, "rogue_answers"), "available");
  EXPECT_EQ(host.lodgectl({"service", "add-plugin", "s", "rogue_answers"}).ended, "exited 0");
  EXPECT_EQ(state_of(host, "rogue_answers"), "loaded");
}

TEST_F(DropIn, a_half_copied_file_is_an_error_line_until_it_is_whole) {
  const HostProcess host(directory, std::string(services) + soon);
  const std::string whole = bytes_of(directory.add_plugin("subject"));
  ASSERT_TRUE(said(host, "subject 1.4.0 is available"));
  const fs::path file = directory.plugins() / "late.so";
  std::size_t copied = 0;
  std::size_t refused = 0;
  for (const std::size_t part : {std::size_t{0}, std::size_t{40}, whole.size() / 2}) {
    append(file, std::string_view(whole).substr(copied, part - copied));
    copied = part;
    ++refused;
    EXPECT_TRUE(eventually([&] { return count(host.log(), file.string() + ": ") == refused; })) << host.log();
    EXPECT_TRUE(host.call("s", "echo", {1}));
  }
  fs::remove(directory.plugins() / "subject.so");
  append(file, std::string_view(whole).substr(copied));
  EXPECT_TRUE(said(host, file.string() + ": plugin subject 1.4.0 is available")) << host.log();
}

TEST_F(DropIn, a_hidden_file_is_nobodys_business_until_it_is_renamed) {
  const HostProcess host(directory, std::string(services) + soon);
  const fs::path hidden = directory.plugins() / ".subject.so";
  fs::rename(directory.add_plugin("subject"), hidden);
  fs::rename(hidden, directory.plugins() / "subject.so");
  EXPECT_TRUE(said(host, "/subject.so: plugin subject 1.4.0 is available"));
  EXPECT_THAT(host.log(), Not(HasSubstr(".subject.so")));
}

TEST_F(DropIn, files_that_change_or_go_are_told_and_what_runs_goes_on) {
  const HostProcess host(directory, std::string(services) + soon);
  fs::remove(directory.plugins() / "good.so");
  EXPECT_TRUE(said(host, "good.so is gone"));
  EXPECT_TRUE(host.call("s", "echo", {1}));
  directory.add_plugin("good");
  EXPECT_TRUE(said(host, "good.so: plugin good 1.4.0 is available"));
  fs::last_write_time(directory.plugins() / "good.so", fs::file_time_type::clock::now());
  EXPECT_TRUE(said(host, "plugin good 1.4.0 is available, in place of 1.4.0"));
  EXPECT_TRUE(host.call("s", "echo", {1}));
}

TEST_F(DropIn, a_directory_that_is_exchanged_is_watched_again) {
  const HostProcess host(directory, std::string(services) + soon);
  fs::rename(directory.plugins(), directory.path() / "before");
  EXPECT_TRUE(said(host, "good.so is gone"));
  fs::create_directory(directory.plugins());
  fs::permissions(directory.plugins(), fs::perms::owner_all);
  directory.add_plugin("subject");
  EXPECT_TRUE(said(host, "plugin subject 1.4.0 is available"));
  directory.add_plugin("good");
  EXPECT_TRUE(said(host, "plugin good 1.4.0 is available"));
}

TEST_F(DropIn, a_service_that_lacked_a_plugin_waits_for_the_next_reload) {
  const HostProcess host(directory, std::string(services) + soon);
  write_config(directory, std::string(services) + soon + one_more);
  EXPECT_EQ(host.lodgectl({"reload"}).ended, "exited 1");
  directory.add_plugin("subject");
  EXPECT_TRUE(said(host, "subject 1.4.0 is available"));
  EXPECT_EQ(status_of(host, "late"), "missing");
  EXPECT_EQ(host.lodgectl({"reload"}).ended, "exited 0");
  EXPECT_EQ(status_of(host, "late"), "running");
}

TEST_F(DropIn, automatically_a_service_that_lacked_a_plugin_starts) {
  const HostProcess host(directory, std::string(services) + automatic);
  write_config(directory, std::string(services) + automatic + one_more);
  EXPECT_EQ(host.lodgectl({"reload"}).ended, "exited 1");
  // What stands in the file by now is not what was asked for.
  write_config(directory, std::string(services) + automatic);
  directory.add_plugin("subject");
  EXPECT_TRUE(eventually([&] { return status_of(host, "late") == "running"; })) << host.log();
  EXPECT_EQ(state_of(host, "subject"), "loaded");
}

TEST_F(DropIn, automatically_a_service_that_has_failed_tries_again_at_once) {
  directory.add_plugin("subject");
  const HostProcess host(directory, std::string(services) + automatic + one_more);
  EXPECT_EQ(host.lodgectl({"service", "stop", "late"}).ended, "exited 0");
  fs::remove(directory.plugins() / "subject.so");
  EXPECT_TRUE(said(host, "subject.so is gone"));
  // So often that by itself it would not try again for a quarter of a minute.
  for (int i = 0; i < 5; ++i) EXPECT_EQ(host.lodgectl({"service", "start", "late"}).ended, "exited 1");
  const auto came = std::chrono::steady_clock::now();
  directory.add_plugin("subject");
  EXPECT_TRUE(eventually([&] { return status_of(host, "late") == "running"; })) << host.log();
  EXPECT_LT(std::chrono::steady_clock::now() - came, std::chrono::seconds(10));
}

TEST_F(DropIn, automatically_loads_what_nobody_names) {
  const HostProcess host(directory, std::string(services) + automatic);
  directory.add_plugin("subject");
  EXPECT_TRUE(eventually([&] { return state_of(host, "subject") == "loaded"; }));
}

TEST_F(DropIn, scanning_looks_now) {
  const HostProcess host(directory, std::string(services) + "[plugins]\nquiet_ms = 60_000\n");
  directory.add_plugin("subject");
  directory.add_plugin("not_elf");
  const Value news = host.ask({"plugins", "scan"});
  ASSERT_EQ(news.as_list()->size(), 2U) << host.lodgectl({"plugins", "scan"}).out;
  EXPECT_EQ(*news.as_list()->at(0).find("what"), Value("refused"));
  EXPECT_THAT(*news.as_list()->at(0).find("error")->as_text(), HasSubstr("not a shared object"));
  EXPECT_EQ(*news.as_list()->at(1).find("what"), Value("new"));
  EXPECT_EQ(*news.as_list()->at(1).find("version"), Value("1.4.0"));
  EXPECT_EQ(host.ask({"plugins", "scan"}), Value(Value::List{}));
}

}  // namespace lodge::system_test
