// Configuration files: whatever the text, reading it answers a configuration or problems, and nothing else happens.
#include <cstdlib>
#include <string_view>

#include "control/config_sections.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lodge::control;
  const std::string_view toml(reinterpret_cast<const char*>(data), size);
  std::vector<Problem> problems;
  const auto text = std::make_shared<const ConfigText>(ConfigText{"lodged.toml", "/etc/lodge", 0, true});
  ConfigNode tree = parse_config_text(toml, text, problems);
  ConfigNode twice = tree;
  merge_config(twice, tree);
  HostConfig config;
  read_sections(twice, config, problems);
  for (const Problem& problem : problems) {
    if (problem.what.empty() || problem.place.full().empty()) std::abort();
  }
  for (const auto& service : config.services) {
    if (service.name.empty() || service.origin.empty()) std::abort();
    if (problems.empty() && service.plugins.empty()) std::abort();
  }
  return 0;
}
