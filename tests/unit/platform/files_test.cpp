#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "platform/dynamic_library.hpp"
#include "platform/file_lock.hpp"
#include "platform/notify.hpp"
#include "platform/peer_credentials.hpp"

namespace lodge::platform {
namespace {

using testing::HasSubstr;

std::filesystem::path scratch(const std::string& name) {
  return std::filesystem::temp_directory_path() / ("lodge-" + name + "-" + std::to_string(::getpid()));
}

TEST(FileLock, has_one_holder_and_names_it) {
  const std::filesystem::path file = scratch("lock");
  {
    const Result<FileLock> first = FileLock::take(file);
    ASSERT_TRUE(first.ok()) << first.error().text();
    const Result<FileLock> second = FileLock::take(file);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, Code::ALREADY_EXISTS);
    EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid())));
  }
  EXPECT_TRUE(FileLock::take(file).ok());
  std::filesystem::remove(file);
}

TEST(FileLock, says_why_there_can_be_none) {
  EXPECT_THAT(FileLock::take("/nonexistent/lock").error().message, HasSubstr("cannot open /nonexistent/lock"));
}

TEST(DynamicLibrary, finds_symbols) {
  const Result<DynamicLibrary> library = DynamicLibrary::open("libuv.so.1");
  ASSERT_TRUE(library.ok()) << library.error().text();
  EXPECT_NE(library->find("uv_loop_init"), nullptr);
  EXPECT_EQ(library->find("no_such_symbol"), nullptr);
}

TEST(DynamicLibrary, says_why_a_file_cannot_be_loaded) {
  const std::filesystem::path file = scratch("not-a-library.so");
  std::ofstream(file) << "not a library";
  EXPECT_THAT(DynamicLibrary::open(file.string()).error().message, HasSubstr(file.string()));
  std::filesystem::remove(file);
}

TEST(PeerCredentials, are_those_of_the_other_end) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const UniqueFd one(ends[0]);
  const UniqueFd other(ends[1]);
  const Result<PeerCredentials> peer = peer_credentials(one.get());
  ASSERT_TRUE(peer.ok());
  EXPECT_EQ(peer->pid, ::getpid());
  EXPECT_EQ(peer->uid, ::getuid());
  EXPECT_EQ(peer_credentials(-1).error().code, Code::UNAUTHENTICATED);
}

TEST(Notify, tells_systemd_in_its_own_words) {
  const std::filesystem::path path = scratch("notify");
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  notify_ready("3 services\nREADY=0");
  ::unsetenv("NOTIFY_SOCKET");
  std::filesystem::remove(path);
  char text[200];
  const ssize_t size = ::recv(socket.get(), text, sizeof text, MSG_DONTWAIT);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::string_view(text, static_cast<std::size_t>(size)), "READY=1\nSTATUS=3 services READY=0");
}

TEST(Notify, is_silent_without_systemd) {
  notify_ready("nobody listens");
  EXPECT_EQ(watchdog_interval_ns(), 0);
}

}  // namespace
}  // namespace lodge::platform
