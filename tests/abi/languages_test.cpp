// One plugin in three languages, through one set of tests: from their files, the host's own way, into a real node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/log.hpp"
#include "plugin/plugin_file.hpp"
#include "rig/node.hpp"
#include "wire/json.hpp"

namespace lodge {
namespace {

using rig::Answer;
using rig::Seen;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::Value;

constexpr const char* languages[] = {"c", "cpp", "rust"};

/// The host's data directory, where private copies of plugins go.
class DataDirectory {
 public:
  DataDirectory() {
    path_ = testing::TempDir() + "lodge_languages_XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory: " + path_);
  }
  ~DataDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string plugin_in(const std::string& language) { return "notebook_" + language; }

std::shared_ptr<const plugin::Plugin> load_file(const std::string& path, const DataDirectory& data) {
  const plugin::ScanOptions options{.describe_program = plugin::find_describe_program(), .timeout_ms = 30'000};
  const auto file = plugin::inspect_plugin_file(path, options);
  if (!file) throw std::runtime_error(file.error().text());
  const auto loaded = plugin::load_plugin_file(*file, data.path());
  if (!loaded) throw std::runtime_error(loaded.error().text());
  return *loaded;
}

std::shared_ptr<const plugin::Plugin> load(const std::string& language, const DataDirectory& data) {
  return load_file(std::string(SAMPLE_PLUGINS) + "/" + plugin_in(language) + ".so", data);
}

std::string text_of(const Answer& answer) {
  if (answer.code == Code::OK) return wire::json_from_value(answer.value);
  return std::string(code_name(answer.code)) + ": " + answer.message;
}

/// A node that has the notebooks of some languages, each in a service called after its language.
class Notebooks : public testing::Test {
 protected:
  ~Notebooks() override { EXPECT_EQ(log::misbehaved_count(), 0U); }

  void start(const std::string& language, const std::vector<std::string>& behind = {}, std::int64_t limit = 1000) {
    const Status started = try_to_start(language, behind, limit);
    ASSERT_TRUE(started) << started.error().message;
  }
  Status try_to_start(const std::string& language, const std::vector<std::string>& behind, std::int64_t limit) {
    node_.plugins().add(load(language, data_));
    std::vector<std::string> plugins = {plugin_in(language)};
    plugins.insert(plugins.end(), behind.begin(), behind.end());
    return node_.start(language, plugins, {{plugin_in(language), Value::map({{"limit", limit}})}});
  }

  /// What the call answers: JSON, or "CODE: message".
  std::string call(const std::string& service, const std::string& name, const std::vector<Value>& args) {
    return text_of(node_.call(service, name, args));
  }
  std::string write(const std::string& service, const std::string& title, const std::string& text,
                    const Value::List& tags = {}) {
    return call(service, "write", {title, text, tags});
  }

  DataDirectory data_;
  rig::ScriptedPlugin behind_{"behind"};
  rig::Node node_;
};

/// The same with one notebook, in the language of the test's parameter.
class Notebook : public Notebooks, public testing::WithParamInterface<const char*> {
 protected:
  void start(const std::vector<std::string>& behind = {}, std::int64_t limit = 1000) {
    Notebooks::start(GetParam(), behind, limit);
  }
  std::string call(const std::string& name, const std::vector<Value>& args) {
    return Notebooks::call(GetParam(), name, args);
  }
  std::string write(const std::string& title, const std::string& text, const Value::List& tags = {}) {
    return Notebooks::write(GetParam(), title, text, tags);
  }
  /// Titles found, sorted.
  std::string search(const std::string& word, bool in_texts) {
    Answer answer = node_.call(GetParam(), "search", {word, in_texts});
    if (Value::List* titles = answer.value.as_list(); titles != nullptr) {
      std::sort(titles->begin(), titles->end(),
                [](const Value& a, const Value& b) { return *a.as_text() < *b.as_text(); });
    }
    return text_of(answer);
  }
  service::Service& service() { return *node_.runtime().find(GetParam()); }
  void put_into_store(std::string_view key, const Value& value) {
    ASSERT_EQ(service().store().put(view_of(key), value.pack()), Code::OK);
  }
};
INSTANTIATE_TEST_SUITE_P(Languages, Notebook, testing::ValuesIn(languages),
                         [](const auto& language) { return std::string(language.param); });

TEST_P(Notebook, keeps_what_is_written_and_counts_its_revisions) {
  start();
  EXPECT_EQ(write("shopping", "bread"), "1");
  EXPECT_EQ(write("shopping", "bread, butter", {"food"}), "2");
  EXPECT_EQ(write("\xc3\xa9t\xc3\xa9", ""), "1");
  EXPECT_EQ(call("read", {"shopping"}), "\"bread, butter\"");
  EXPECT_EQ(call("read", {"\xc3\xa9t\xc3\xa9"}), "\"\"");
}

TEST_P(Notebook, tears_out_what_is_there) {
  start();
  EXPECT_EQ(write("a", "text"), "1");
  EXPECT_EQ(call("tear_out", {"a"}), "null");
  EXPECT_EQ(call("tear_out", {"a"}), "NOT_FOUND: argument 1: no note called a");
  EXPECT_EQ(call("read", {"a"}), "NOT_FOUND: argument 1: no note called a");
  EXPECT_EQ(write("a", "text"), "1");
}

TEST_P(Notebook, says_which_argument_is_of_another_type) {
  start();
  EXPECT_EQ(call("write", {1, "text", Value::List{}}), "INVALID_ARGUMENT: argument 1: expected str, got int");
  EXPECT_EQ(call("write", {"a", Value(), Value::List{}}), "INVALID_ARGUMENT: argument 2: expected str, got nil");
  EXPECT_EQ(call("write", {"a", "text", "tag"}), "INVALID_ARGUMENT: argument 3: expected list, got str");
  EXPECT_EQ(call("write", {"a", "text", Value::List{"tag", true}}),
            "INVALID_ARGUMENT: argument 3, element 2: expected str, got bool");
  EXPECT_EQ(call("search", {"word", 1}), "INVALID_ARGUMENT: argument 2: expected bool, got int");
  EXPECT_EQ(call("remind", {"a", "soon"}), "INVALID_ARGUMENT: argument 2: expected float, got str");
  EXPECT_EQ(call("read", {Value::map({})}), "INVALID_ARGUMENT: argument 1: expected str, got map");
  EXPECT_EQ(call("read", {Value(Value::Binary{{1}})}), "INVALID_ARGUMENT: argument 1: expected str, got bin");
  EXPECT_EQ(call("render", {2.5}), "INVALID_ARGUMENT: argument 1: expected str, got float");
}

TEST_P(Notebook, limits_titles_and_texts) {
  start({}, 8);
  EXPECT_EQ(write("", "text"), "INVALID_ARGUMENT: argument 1: a title has 1 to 200 bytes, not 0");
  EXPECT_EQ(write(std::string(200, 'a'), "text"), "1");
  EXPECT_EQ(call("read", {std::string(201, 'a')}), "INVALID_ARGUMENT: argument 1: a title has 1 to 200 bytes, not 201");
  EXPECT_EQ(write("a", "12345678"), "1");
  EXPECT_EQ(write("a", "123456789"), "INVALID_ARGUMENT: argument 2: a text of 9 bytes; the setting `limit` allows 8");
}

TEST_P(Notebook, has_a_limit_without_being_told) {
  node_.plugins().add(load(GetParam(), data_));
  ASSERT_TRUE(node_.start(GetParam(), {plugin_in(GetParam())}));
  EXPECT_EQ(write("a", std::string(1000, 'x')), "1");
  EXPECT_EQ(write("a", std::string(1001, 'x')),
            "INVALID_ARGUMENT: argument 2: a text of 1001 bytes; the setting `limit` allows 1000");
}

TEST_P(Notebook, does_not_start_with_a_limit_that_makes_no_sense) {
  const Status refused = try_to_start(GetParam(), {}, 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::INVALID_ARGUMENT);
  EXPECT_THAT(refused.error().message,
              HasSubstr("plugin " + plugin_in(GetParam()) + ", hook config: limit: from 1 to 65536, not 0"));
}

TEST_P(Notebook, sees_a_limit_that_another_plugin_has_changed) {
  behind_.on_config([](const Value& config, Value& replaced) {
    replaced = config;
    replaced.find(plugin_in(GetParam()))->set("limit", 3);
    return std::int32_t{LODGE_DONE};
  });
  node_.add(behind_);
  start({"behind"}, 1000);
  EXPECT_EQ(write("a", "1234"), "INVALID_ARGUMENT: argument 2: a text of 4 bytes; the setting `limit` allows 3");
}

TEST_P(Notebook, searches_tags_and_if_asked_texts) {
  start();
  write("a", "one fish", {"animal", "red"});
  write("b", "two birds", {"animal"});
  write("c", "an animal");
  EXPECT_EQ(search("animal", false), R"(["a","b"])");
  EXPECT_EQ(search("animal", true), R"(["a","b","c"])");
  EXPECT_EQ(search("fish", true), R"(["a"])");
  EXPECT_EQ(search("anim", false), "[]");
  EXPECT_EQ(search("", true), R"(["a","b","c"])");
}

TEST_P(Notebook, passes_a_text_on_as_it_is_or_with_its_notes) {
  std::vector<Value> seen;
  behind_.callback("render", 1, [&seen](const Seen& call) {
    seen.push_back(call.args().front());
    return call.done("behind");
  });
  node_.add(behind_);
  start({"behind"});
  write("who", "Ada");
  EXPECT_EQ(call("render", {"nobody]] here"}), "\"behind\"");
  EXPECT_EQ(call("render", {"[[who]] met [[who]]!"}), "\"behind\"");
  EXPECT_THAT(seen, ElementsAre(Value("nobody]] here"), Value("Ada met Ada!")));
}

TEST_P(Notebook, answers_with_the_text_where_no_plugin_is_behind) {
  start();
  write("who", "Ada [[not this]]");
  EXPECT_EQ(call("render", {"hello, [[who]]"}), "\"hello, Ada [[not this]]\"");
}

TEST_P(Notebook, says_at_which_offset_a_text_cannot_be_rendered) {
  start();
  write("who", "Ada");
  EXPECT_EQ(call("render", {"[[who]] [[who"}), "INVALID_ARGUMENT: argument 1, offset 8: [[ without ]]");
  EXPECT_EQ(call("render", {"a [[b]]"}), "NOT_FOUND: argument 1, offset 2: no note called b");
  EXPECT_EQ(call("render", {"[[]]"}), "INVALID_ARGUMENT: argument 1, offset 0: a title has 1 to 200 bytes, not 0");
}

TEST_P(Notebook, reminds_after_so_many_seconds) {
  start();
  write("a", "now");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(call("remind", {"a", 0.05}), "\"now\"");
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(50));
  EXPECT_EQ(call("remind", {"a", 0}), "\"now\"");
  EXPECT_EQ(call("remind", {"b", 0.001}), "NOT_FOUND: argument 1: no note called b");
}

TEST_P(Notebook, refuses_reminders_beyond_an_hour) {
  start();
  for (const double seconds : {-0.001, 3600.001, 1e300, std::nan("")}) {
    EXPECT_EQ(call("remind", {"a", seconds}), "INVALID_ARGUMENT: argument 2: from 0 to 3600 seconds") << seconds;
  }
}

TEST_P(Notebook, holds_no_worker_for_its_reminders_and_ends_with_them) {
  start();
  std::vector<std::future<Answer>> reminders;
  for (int i = 0; i < 16; ++i) reminders.push_back(node_.send(GetParam(), "remind", {"a", 3600}, 3'600'000'000'000));
  EXPECT_EQ(write("a", "text"), "1") << "of two workers one is free";
  EXPECT_TRUE(node_.runtime().stop(service().name(), std::chrono::milliseconds(1)));
  for (auto& each : reminders) EXPECT_EQ(each.get().code, Code::UNAVAILABLE);
}

TEST_P(Notebook, loses_no_revision_among_threads) {
  start();
  constexpr int writings = 400;
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < writings; ++i) answers.push_back(node_.send(GetParam(), "write", {"a", "text", Value::List{}}));
  std::vector<std::int64_t> revisions;
  for (auto& each : answers) revisions.push_back(*each.get().value.as_int());
  std::sort(revisions.begin(), revisions.end());
  for (int i = 0; i < writings; ++i) ASSERT_EQ(revisions[static_cast<std::size_t>(i)], i + 1);
}

TEST_P(Notebook, answers_a_bug_with_internal_and_the_host_lives_on) {
  start();
  write("a", "text");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(call("tear_out", {"spine"}), "INTERNAL: the spine holds the notebook together");
  }
  EXPECT_EQ(call("read", {"a"}), "\"text\"");
}

TEST_P(Notebook, writes_a_line_into_the_hosts_log) {
  start();
  testing::internal::CaptureStderr();
  write("a", "text");
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("service." + std::string(GetParam()) + "." + plugin_in(GetParam())));
  EXPECT_THAT(log, HasSubstr("wrote a, revision 1"));
}

TEST_P(Notebook, answers_what_the_store_refuses) {
  node_.plugins().add(load(GetParam(), data_));
  service::ServiceSpec spec;
  spec.name = GetParam();
  spec.plugins = {plugin_in(GetParam())};
  spec.store_bytes_max = 64;
  ASSERT_TRUE(node_.runtime().start(spec));
  EXPECT_EQ(
      write("a", std::string(100, 'x')),
      "RESOURCE_EXHAUSTED: lodge.store/1 put note/a: the store is full; remove entries, give them a time to live, or "
      "raise store_bytes_max of the service");
}

TEST_P(Notebook, does_not_take_for_a_note_what_is_none) {
  start();
  put_into_store("note/a", 7);
  put_into_store("note/b", Value::List{"text"});
  put_into_store("note/c", Value::List{"text", Value::List{1}});
  put_into_store("note/d", Value::List{"text", Value::List{"tag"}});
  EXPECT_EQ(call("read", {"a"}), "DATA_LOSS: argument 1: what is kept as a is no note");
  EXPECT_EQ(call("read", {"b"}), "DATA_LOSS: argument 1: what is kept as b is no note");
  EXPECT_EQ(call("read", {"c"}), "DATA_LOSS: argument 1: what is kept as c is no note");
  EXPECT_EQ(search("text", true), R"(["d"])");
}

TEST_P(Notebook, copies_into_notebooks_of_every_language) {
  for (const char* language : languages) Notebooks::start(language);
  write("a", "text", {"red"});
  for (const std::string other : languages) {
    if (other == GetParam()) continue;
    EXPECT_EQ(call("copy", {"a", other}), "1");
    EXPECT_EQ(call("copy", {"a", other}), "2");
    EXPECT_EQ(Notebooks::call(other, "read", {"a"}), "\"text\"");
    EXPECT_EQ(Notebooks::call(other, "search", {"red", false}), R"(["a"])");
  }
}

TEST_P(Notebook, hands_on_what_the_other_service_answers) {
  behind_.callback("write", 3, [](const Seen& call) { return call.done("not a number"); });
  node_.add(behind_);
  ASSERT_TRUE(node_.start("odd", {"behind"}));
  start({}, 1000);
  write("a", "text");
  EXPECT_EQ(call("copy", {"b", "odd"}), "NOT_FOUND: argument 1: no note called b");
  EXPECT_EQ(call("copy", {"a", "odd"}), "INTERNAL: the answer: expected int, got str");
  EXPECT_THAT(call("copy", {"a", "nobody"}), testing::StartsWith("UNAVAILABLE: "));
  EXPECT_EQ(call("copy", {"a", ""}), "INVALID_ARGUMENT: cannot be called:  write/3");
}

TEST_F(Notebooks, describe_themselves_alike_but_for_their_names) {
  plugin::Descriptor c = load("c", data_)->descriptor;
  EXPECT_EQ(c.callbacks.size(), 7U);
  for (const std::string other : {"cpp", "rust"}) {
    plugin::Descriptor descriptor = load(other, data_)->descriptor;
    EXPECT_EQ(descriptor.name, plugin_in(other));
    descriptor.name = c.name;
    EXPECT_EQ(descriptor, c) << other;
  }
}

TEST_F(Notebooks, written_in_rust_log_where_they_panicked) {
  start("rust");
  testing::internal::CaptureStderr();
  EXPECT_THAT(call("rust", "tear_out", {"spine"}), testing::StartsWith("INTERNAL"));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, testing::ContainsRegex("service.rust.notebook_rust.*panicked at notebook_rust/notebook.rs:[0-9]+"));
  EXPECT_THAT(log, Not(HasSubstr("thread '"))) << "standard error is the host's log, maybe in JSON";
}

TEST(PluginInRust, may_panic_with_values_that_panic_when_they_are_dropped) {
  const DataDirectory data;
  rig::Node node;
  node.plugins().add(load_file(std::string(TEST_PLUGINS) + "/rust_panics.so", data));
  ASSERT_TRUE(node.start("s", {"rust_panics"}));
  EXPECT_EQ(text_of(node.call("s", "explode", {})), "INTERNAL: a panic with something that is no text");
  EXPECT_EQ(text_of(node.call("s", "answer", {})), "42");
}

TEST_F(Notebooks, written_in_rust_take_no_text_that_is_not_utf8) {
  start("rust");
  EXPECT_EQ(call("rust", "read", {"\xff"}), "INVALID_ARGUMENT: argument 1: expected str, got text that is not UTF-8");
}

}  // namespace
}  // namespace lodge
