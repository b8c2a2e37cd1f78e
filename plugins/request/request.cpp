// Calls between services that always end with a status. request/3 is a chain on the called side: what stands in front
// of this plugin (authentication, rate limits, validation) sees each request and may refuse it. send/4 is how the
// plugins of the calling side ask.
#include <lodge/plugin.hpp>
#include <lodge/service.hpp>

#include <algorithm>
#include <array>
#include <mutex>
#include <random>

#include "request/retry.hpp"
#include "request/send_options.hpp"
#include "status/outcome.hpp"

namespace {

using outcome::Outcome;

constexpr std::int64_t ms = 1'000'000;

/// A request of these would go round the middleware, or have this service ask others in the caller's place.
bool is_reserved(std::string_view function) {
  return function == "request" || function == "send" || function.starts_with("service_");
}

/// The values of a list, one after another, as a call's arguments are.
struct Arguments {
  lodge::AnyView values;
  std::uint32_t count = 0;
};
constexpr std::uint32_t arguments_max = 32;

/// The text says what is wrong; empty: nothing.
std::string read_text(const lodge::Any& value, const char* place, std::string& out) {
  lodge::Mismatch mismatch;
  if (lodge::read_value(value.bytes, out, mismatch)) return out.empty() ? std::string(place) + ": it is empty" : "";
  mismatch.at(place);
  return mismatch.text;
}
std::string read_arguments(const lodge::Any& value, const char* place, Arguments& out) {
  lodge_mp_reader reader = lodge_mp_reader_of(value.bytes.data(), value.bytes.size());
  if (lodge_mp_read_array(&reader, &out.count) != LODGE_OK) {
    lodge::Mismatch mismatch;
    mismatch.expected("list", reader);
    mismatch.at(place);
    return mismatch.text;
  }
  out.values.bytes = {reader.at, reader.end};
  if (out.count <= arguments_max) return {};
  return std::string(place) + ": a function has at most " + std::to_string(arguments_max) +
         " arguments, and these are " + std::to_string(out.count);
}
std::string read_options(const lodge::Any& value, const char* place) {
  const lodge_mp_reader reader = lodge_mp_reader_of(value.bytes.data(), value.bytes.size());
  const std::int32_t type = lodge_mp_type(&reader);
  if (type == LODGE_MP_MAP || type == LODGE_MP_NIL) return {};
  lodge::Mismatch mismatch;
  mismatch.expected("map", reader);
  mismatch.at(place);
  return mismatch.text;
}

Outcome not_run(Outcome of) {
  of.metadata[outcome::executed_key] = outcome::word_of(lodge::Executed::no);
  return of;
}

/// An answer of request/3 over there. Middleware that answers something else has answered for the function.
Outcome outcome_in(const lodge::Any& answer) {
  Outcome out;
  lodge::Mismatch mismatch;
  if (lodge::read_value(answer.bytes, out, mismatch)) return out;
  out = outcome::of_error({LODGE_OK, {}});
  out.data = answer;
  return out;
}

/// What status/1 is told of an error.
struct Failed {
  std::int32_t code = 0;
  std::string message;
  std::string service;
  std::string function;

  static constexpr auto lodge_fields =
      std::make_tuple(lodge::field("code", &Failed::code), lodge::field("message", &Failed::message),
                      lodge::field("service", &Failed::service), lodge::field("function", &Failed::function));
};

/// An error as the plugins of `own` word it; as it is where they cannot.
lodge::task<Outcome> told(std::string own, std::string service, std::string function, lodge::Error error) {
  const Failed failed{error.code, error.message, std::move(service), std::move(function)};
  const lodge::Result<lodge::Any> answer = co_await lodge::call<lodge::Any>(own, "status", failed);
  Outcome out;
  lodge::Mismatch mismatch;
  if (!answer || !lodge::read_value(answer->bytes, out, mismatch)) out = outcome::of_error(error);
  out.metadata[outcome::executed_key] = outcome::word_of(error.executed);
  co_return out;
}

/// What is of interest in what lodge.service/1 knows of a service.
struct CallbackInfo {
  std::string name;
  std::uint32_t arity = 0;
  bool idempotent = false;

  static constexpr auto lodge_fields =
      std::make_tuple(lodge::field("name", &CallbackInfo::name), lodge::field("arity", &CallbackInfo::arity),
                      lodge::field("idempotent", &CallbackInfo::idempotent));
};
struct ServiceInfo {
  std::vector<CallbackInfo> callbacks;

  static constexpr auto lodge_fields = std::make_tuple(lodge::field("callbacks", &ServiceInfo::callbacks));
};

class Request {
 public:
  lodge::Config<std::vector<std::string>> functions;
  lodge::Config<std::int64_t> attempts;
  lodge::Config<std::int64_t> backoff_ms;
  lodge::Config<std::int64_t> backoff_ms_max;

  explicit Request(const lodge::Host& host) : host_(host) {}

  /// The last link: makes the call. What stood in front has let the request pass.
  lodge::task<Outcome> request(lodge::Any function, lodge::Any arguments, lodge::Any options) {
    std::string name;
    Arguments given;
    std::string wrong = read_text(function, "argument 1", name);
    if (wrong.empty()) wrong = read_arguments(arguments, "argument 2", given);
    if (wrong.empty()) wrong = read_options(options, "argument 3");
    if (!wrong.empty()) co_return not_run(outcome::invalid_argument(wrong));

    const lodge::TaskRoot& call = co_await lodge::this_call();
    const std::string service = call.service();
    if (!offers(name)) {
      const lodge::Error refusal{LODGE_UNIMPLEMENTED, "service " + service + " takes no requests of " +
                                                          lodge::shown(name) + "/" + std::to_string(given.count)};
      co_return co_await told(service, service, name, refusal);
    }
    const auto link = host_.link<lodge_call_v1>();
    const lodge::Result<lodge_handle> resolved = lodge::resolve(link, service, name, given.count);
    if (!resolved) co_return co_await told(service, service, name, resolved.error());
    const lodge::Target<lodge::Any(lodge::AnyView)> target(link, *resolved);
    const lodge::CallOptions ask{.timeout_ns = request::time_for_callee(now(), call.deadline_ns()),
                                 .idempotent = call.idempotent()};
    lodge::Result<lodge::Any> answer = co_await lodge::call(target, given.values).with(ask);
    if (!answer) co_return co_await told(service, service, name, answer.error());
    Outcome out = outcome::of_error({LODGE_OK, {}});
    out.data = *std::move(answer);
    out.metadata[outcome::executed_key] = outcome::word_of(lodge::Executed::yes);
    co_return out;
  }

  /// Asks another service, again where that is safe and may help, and never fails: all there is to say is in the
  /// status.
  lodge::task<Outcome> send(lodge::Any service, lodge::Any function, lodge::Any arguments, lodge::Any options) {
    std::string to;
    std::string name;
    Arguments given;
    request::SendOptions asked;
    std::string wrong = read_text(service, "argument 1", to);
    if (wrong.empty()) wrong = read_text(function, "argument 2", name);
    if (wrong.empty()) wrong = read_arguments(arguments, "argument 3", given);
    if (wrong.empty()) wrong = request::read_send_options({options.bytes}, asked);
    if (!wrong.empty()) co_return not_run(outcome::invalid_argument(wrong));

    const lodge::TaskRoot& call = co_await lodge::this_call();
    const std::string own = call.service();
    const lodge::Any pass = asked.pass.value_or(outcome::no_data());
    request::Retry retry(rules_for(asked, call.deadline_ns()));
    for (;;) {
      const lodge::CallOptions ask{.timeout_ns = retry.attempt_timeout_ns(now()),
                                   .idempotent = asked.idempotent.value_or(false)};
      const lodge::Result<lodge::Any> answer =
          co_await lodge::call<lodge::Any>(to, "request", name, arguments, pass).with(ask);
      Outcome out;
      if (answer)
        out = outcome_in(*answer);
      else
        out = co_await told(own, to, name, answer.error());
      if (retry.may_have_run(out) && declared_idempotent(to, name, given.count)) retry.may_run_twice();
      const std::optional<std::int64_t> pause = retry.pause_ns(out, now(), chance());
      out.metadata[outcome::attempts_key] = std::to_string(retry.attempts());
      if (!pause) co_return out;
      const lodge::Result<void> slept = co_await lodge::sleep(*pause);
      if (!slept) co_return out;
    }
  }

 private:
  /// Whether that service says so of its function now. False where this plugin may not ask.
  [[nodiscard]] bool declared_idempotent(const std::string& service, const std::string& function,
                                         std::uint32_t arity) const {
    const lodge::Result<ServiceInfo> info = host_.services().info<ServiceInfo>(service);
    if (!info) return false;
    return std::any_of(info->callbacks.begin(), info->callbacks.end(), [&](const CallbackInfo& each) {
      return each.name == function && each.arity == arity && each.idempotent;
    });
  }
  [[nodiscard]] bool offers(const std::string& function) const {
    if (is_reserved(function)) return false;
    const std::vector<std::string> offered = functions.get();
    return offered.empty() || std::find(offered.begin(), offered.end(), function) != offered.end();
  }

  [[nodiscard]] request::RetryRules rules_for(const request::SendOptions& asked, std::int64_t deadline_ns) const {
    request::RetryRules rules;
    rules.attempts = asked.attempts.value_or(attempts.get());
    rules.backoff_ns = asked.backoff_ms.value_or(backoff_ms.get()) * ms;
    rules.backoff_ns_max = std::max(backoff_ms_max.get() * ms, rules.backoff_ns);
    rules.attempt_timeout_ns = asked.attempt_timeout_ms.value_or(0) * ms;
    rules.deadline_ns = deadline_ns;
    if (asked.timeout_ms) rules.deadline_ns = std::min(deadline_ns, now() + *asked.timeout_ms * ms);
    rules.idempotent = asked.idempotent.value_or(false);
    return rules;
  }

  [[nodiscard]] std::int64_t now() const { return host_.timer().now().or_throw(); }
  double chance() {
    const std::lock_guard lock(mutex_);
    return std::uniform_real_distribution<double>()(random_);
  }

  lodge::Host host_;
  std::mutex mutex_;  ///< over random_
  std::minstd_rand random_{std::random_device()()};
};

}  // namespace

LODGE_PLUGIN(Request, "request", "1.0.0",
             lodge::summary("Calls between services, with middleware, that end with a status"),
             lodge::depends_on("status", "^1"), lodge::needs(LODGE_CALL_V1), lodge::needs(LODGE_TIMER_V1),
             lodge::setting<&Request::functions>("functions", std::vector<std::string>(),
                                                 "the functions that can be requested; none named: all"),
             lodge::setting<&Request::attempts>("attempts", 3, "how often send tries, where its options do not say",
                                                lodge::at_least(1), lodge::at_most(request::attempts_max)),
             lodge::setting<&Request::backoff_ms>("backoff_ms", 50,
                                                  "the pause before the second attempt; then twice as much",
                                                  lodge::at_least(1), lodge::at_most(86'400'000)),
             lodge::setting<&Request::backoff_ms_max>("backoff_ms_max", 2000, "the longest pause between two attempts",
                                                      lodge::at_least(1), lodge::at_most(86'400'000)),
             lodge::callback<&Request::request>("request", "Calls a function of this service; the answer is a status",
                                                lodge::params("function", "arguments", "options")),
             lodge::function<&Request::send>("send", "Requests a function of another service; the answer is a status",
                                             lodge::params("service", "function", "arguments", "options")))
