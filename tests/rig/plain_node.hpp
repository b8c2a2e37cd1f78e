// A Node for sources that see the C++ layer of the SDK: both that layer and the host have a lodge::Result, so that
// nothing of the host's is named here.
#pragma once

#include <lodge/descriptor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lodge::rig {

class Node;

class PlainNode {
 public:
  PlainNode();
  ~PlainNode();
  PlainNode(const PlainNode&) = delete;
  PlainNode& operator=(const PlainNode&) = delete;

  /// Makes a plugin known, as its entry function would.
  void add(const lodge_plugin& plugin);

  static constexpr std::uint64_t store_bytes_max = std::uint64_t{16} << 20;
  /// Starts a service of one plugin. Throws where it does not start.
  void start(const std::string& service, const std::string& plugin, std::uint64_t store_bytes = store_bytes_max);

  /// Ends all services: their instances are gone then.
  void stop_all();

  /// The series of all plugins: "family label=value ... 1.5", histograms with their buckets, "... 1.5 [1, 0]".
  [[nodiscard]] std::vector<std::string> metrics();

 private:
  std::unique_ptr<Node> node_;
};

}  // namespace lodge::rig
