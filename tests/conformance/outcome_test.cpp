// Conformance, services 32: what became of a call, in one shape. The plugin is the one that is installed.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "base/log.hpp"
#include "rig/node.hpp"

namespace lodge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using wire::Value;

/// The lines of the log while it lives.
class Lines {
 public:
  Lines() {
    log::send_to([this](std::string_view, log::Level, std::string_view text) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(text);
    });
  }
  ~Lines() { log::send_to({}); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  [[nodiscard]] std::vector<std::string> with(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const std::string& line : lines_) {
      if (line.find(part) != std::string::npos) out.push_back(line);
    }
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

std::shared_ptr<const plugin::Plugin> installed(const std::string& name) {
  void* const library = dlopen((SAMPLE_PLUGINS "/" + name + ".so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto entry = reinterpret_cast<lodge_entry_fn>(dlsym(library, LODGE_ENTRY));
  return plugin::bind(*entry()).value();
}

// `ok` is 200; a text is the status; a number of HTTP's has its word; details are data, as text; what nobody knows is
// an internal error whose reference stands in the log.
TEST(services, 32) {
  const Lines lines;
  rig::Node node;
  node.plugins().add(installed("status"));
  ASSERT_TRUE(node.start("s", {"status"}));
  const auto of = [&](const Value& error) {
    const rig::Answer answer = node.call("s", "status", {error});
    EXPECT_EQ(answer.code, Code::OK) << answer.message;
    return answer.value;
  };
  const auto at = [](const Value& outcome, std::string_view key) { return *outcome.find(key); };

  EXPECT_EQ(at(of("ok"), "code"), Value(200));
  EXPECT_EQ(at(of("ok"), "status"), Value("ok"));
  EXPECT_EQ(at(of("bicycle_stolen"), "status"), Value("bicycle_stolen"));
  EXPECT_EQ(at(of(404), "code"), Value(404));
  EXPECT_EQ(at(of(404), "status"), Value("not_found"));

  const Value unknown = of(Value::List{Value(), Value(1.5)});
  EXPECT_EQ(at(unknown, "status"), Value("internal_error"));
  EXPECT_EQ(at(unknown, "code"), Value(500));
  const std::string reference(*at(at(unknown, "metadata"), "reference").as_text());
  EXPECT_THAT(lines.with(reference), ElementsAre(HasSubstr("[null,1.5]")));

  const Value details = of(Value::map({{"field", "age"}, {"most", 120}, {"known", true}}));
  EXPECT_EQ(at(details, "data"), Value::map({{"field", "age"}, {"known", "true"}, {"most", "120"}}));
}

// A plugin in front translates what is its own, and continues with what is not.
TEST(services, 32_plugins_translate_their_own) {
  rig::ScriptedPlugin shop("shop");
  shop.depends("status").callback("status", 1, [](const rig::Seen& seen) {
    if (seen.args()[0] != Value("out_of_paper")) return std::int32_t{LODGE_CONTINUE};
    return seen.done(Value::map({{"status", "unavailable"}, {"code", 503}}));
  });
  rig::Node node;
  node.add(shop);
  node.plugins().add(installed("status"));
  ASSERT_TRUE(node.start("s", {"shop"}));
  EXPECT_EQ(*node.call("s", "status", {"out_of_paper"}).value.find("code"), Value(503));
  EXPECT_EQ(*node.call("s", "status", {"out_of_ink"}).value.find("status"), Value("out_of_ink"));
}

}  // namespace
}  // namespace lodge
