// Somebody who only wants to be served, while others misbehave.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "wire/client.hpp"

namespace lodge::system_test {

/// Calls a function of one argument again and again, on a connection and a thread of its own, until the host says no.
class Bystander {
 public:
  Bystander(wire::Client client, std::string service, std::string function);
  ~Bystander();
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;

  /// It is served now: a call that begins from here on is answered.
  void expect_served();
  /// Once the host has stopped: no call has failed before, and none took long.
  void expect_undisturbed();

 private:
  void run();

  const std::string service_;
  const std::string function_;
  wire::Client client_;
  std::atomic<std::uint64_t> served_{0};
  std::atomic<std::int64_t> longest_ns_{0};
  std::atomic<bool> stop_{false};
  std::string failure_;  // read once the thread has ended
  std::thread thread_;
};

}  // namespace lodge::system_test
