#include "service/name_ties.hpp"

#include "service/plugin_answer.hpp"

namespace lodge::service {

Status NameTies::send(std::string_view service, std::string_view callback, const wire::PackedValues& args) {
  return send_one_way(calls_, service, {.name = callback, .args = args, .caller = service});
}

void NameTies::instance_ended(std::uint64_t instance_owner) {
  names_.release_instance(instance_owner);
  config_.release_instance(instance_owner);
}

void NameTies::service_ended(std::uint64_t service_owner) { names_.release_owner(service_owner); }

}  // namespace lodge::service
