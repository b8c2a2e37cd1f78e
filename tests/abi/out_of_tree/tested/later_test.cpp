// Without a framework: the plugin compiled into the test, and from its file (the argument).
#include <lodge/testing.hpp>

#include <cstdio>
#include <string>

namespace {

bool failed = false;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  failed = true;
}

void answers_half_a_second_later(lodge::testing::Host& host) {
  host.start("later", {"tested"}).or_throw();
  auto pending = host.start_call<std::string>("later", "say", "hi");
  host.advance(std::chrono::milliseconds(499));
  expect(!pending.done(), "it is not answered early");
  host.advance(std::chrono::milliseconds(1));
  expect(pending.done() && pending.result().or_throw() == "hi", "it is answered in time");
}

void passes_errors_on(lodge::testing::Host& host) {
  host.fail_next("lodge.timer/1", "start", LODGE_RESOURCE_EXHAUSTED, "too many");
  expect(!host.call<std::string>("later", "say", "hi").ok(), "without a timer there is no answer");
  expect(!host.logs().empty(), "it is in the log");
}

}  // namespace

int main(int count, char** arguments) {
  lodge::testing::Host compiled_in;
  compiled_in.add(lodge_plugin_v1());
  answers_half_a_second_later(compiled_in);
  passes_errors_on(compiled_in);
  lodge::testing::Host from_file;
  if (count > 1) from_file.add_file(arguments[1]);
  answers_half_a_second_later(from_file);
  from_file.stop_all().or_throw();
  expect(from_file.leaks().empty(), "nothing is left behind");
  return failed ? 1 : 0;
}
