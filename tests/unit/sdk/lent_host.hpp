// The SDK's C++ layer over the tables of a real node: a plugin built on it lends its host to the test.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <lodge/plugin.hpp>

#include <atomic>
#include <mutex>

#include "rig/eventually.hpp"
#include "rig/plain_node.hpp"

/// Uses its host for the test, and for who calls it.
class Lender {
 public:
  explicit Lender(const lodge::Host& host) : host_(host) { newest = &host_; }

  void hear(const std::string& what) { host_.store().put("heard", what).or_throw(); }
  std::string fetch(const std::string& key) { return host_.store().get<std::string>(key).or_throw(); }

  static inline std::atomic<const lodge::Host*> newest{nullptr};

 private:
  lodge::Host host_;
};

/// A node on which each service is one Lender.
class LentHost : public ::testing::Test {
 protected:
  LentHost() {
    static const auto description = lodge::describe<Lender>(
        "lender", "1.0.0", lodge::needs(LODGE_STORE_V1), lodge::needs(LODGE_NAMES_V1), lodge::needs(LODGE_CONFIG_V1),
        lodge::needs(LODGE_TIMER_V1), lodge::callback<&Lender::hear>("hear"), lodge::callback<&Lender::fetch>("fetch"));
    node.add(*description.plugin());
  }

  /// Starts a service and borrows its host, which stays usable, if only to be told STALE.
  lodge::Host start(const std::string& service, std::uint64_t store_bytes = lodge::rig::PlainNode::store_bytes_max) {
    node.start(service, "lender", store_bytes);
    return *Lender::newest;
  }

  lodge::rig::PlainNode node;
};

/// The changes that a watch tells of, as text: "KEY=VALUE" (an integer), "KEY gone", "lost".
class Told {
 public:
  std::function<void(const lodge::Change&)> listener() {
    return [this](const lodge::Change& change) {
      const std::lock_guard lock(mutex_);
      changes_.push_back(text(change));
    };
  }
  [[nodiscard]] std::vector<std::string> changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
  }
  /// Waits until so many have come; answers all that have.
  [[nodiscard]] std::vector<std::string> first(std::size_t count) const {
    EXPECT_TRUE(lodge::rig::eventually([&] { return changes().size() >= count; }));
    return changes();
  }

 private:
  static std::string text(const lodge::Change& change) {
    if (change.what == LODGE_WATCH_LOST) return "lost";
    if (change.what == LODGE_WATCH_GONE) return std::string(change.key) + " gone";
    return std::string(change.key) + "=" + std::to_string(change.as<int>().or_throw());
  }

  mutable std::mutex mutex_;
  std::vector<std::string> changes_;
};

/// A Result that is an error with this code and text.
MATCHER_P2(Fails, code, text, "") {
  if (arg.ok()) {
    *result_listener << "which is no error";
    return false;
  }
  *result_listener << "which is error " << arg.error().code << ", `" << arg.error().message << "`";
  return arg.error().code == code && arg.error().message == text;
}

/// A Result with the error of an operation, such as "lodge.store/1 get KEY", that its interface refused, and told more
/// of than the code's meaning.
MATCHER_P2(Refuses, code, operation, "") {
  if (arg.ok()) {
    *result_listener << "which is no error";
    return false;
  }
  const std::string& message = arg.error().message;
  *result_listener << "which is error " << arg.error().code << ", `" << message << "`";
  return arg.error().code == code && message.starts_with(std::string(operation) + ": ") &&
         !message.ends_with(lodge::meaning_of(code));
}
