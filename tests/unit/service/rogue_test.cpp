// What plugins leave behind when their service stops and the process goes on: real plugin files in this process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "platform/dynamic_library.hpp"
#include "rig/node.hpp"

namespace lodge {
namespace {

using rig::Answer;
using rig::eventually;
using testing::ElementsAre;

namespace fs = std::filesystem;

const lodge_plugin& built(const std::string& name) {
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "tests/plugins";
  const auto library = platform::DynamicLibrary::open((folder / (name + ".so")).string()).value();
  return *reinterpret_cast<lodge_entry_fn>(library.find(LODGE_ENTRY))();
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(RogueLeftBehind, a_thread_is_told_stale_for_its_ticket_and_for_all_that_it_does_with_its_host) {
  const fs::path journal = fs::path(testing::TempDir()) / ("lodge_ghost_" + std::to_string(getpid()));
  rig::Node node;
  node.plugins().add_builtin(built("rogue_threads"));
  ASSERT_TRUE(node.start("haunted", {"rogue_threads"}));
  std::future<Answer> answer = node.send("haunted", "haunt", {journal.string()});
  ASSERT_TRUE(eventually([&] { return node.runtime().ground().tickets.size() == 1; }));
  EXPECT_TRUE(node.runtime().stop_all(std::chrono::milliseconds(10)));
  const Answer got = answer.get();
  EXPECT_EQ(got.code, Code::UNAVAILABLE);
  EXPECT_EQ(got.executed, Executed::maybe);
  ASSERT_TRUE(eventually([&] { return !lines_of(journal).empty() && lines_of(journal).back() == "the end 0"; }));
  EXPECT_THAT(lines_of(journal), ElementsAre("complete -17", "resolve -17", "start -17", "cancel -17", "timer -17",
                                             "put -17", "watch -17", "name -17", "owner -17", "the end 0"));
  fs::remove(journal);
}

}  // namespace
}  // namespace lodge
