// One hop of a way through several services, each made in another manner, for the tests of tracing. C++ over the SDK.
#include <lodge/plugin.hpp>

namespace {

using Way = std::vector<std::string>;

/// `way`: "SERVICE MANNER" of the next hops.
class Traced {
 public:
  explicit Traced(const lodge::Host& host) : host_(host) {}

  std::string by_call(lodge::Call& call, const Way& way) {
    return host_.trace().in_span(call, "own", [&](lodge::Span& span) {
      span.set("left", way.size());
      span.event("calling");
      return way.empty() ? trace_of(call)
                         : span.call<std::string>(service_of(way), manner_of(way), rest_of(way)).or_throw();
    });
  }

  void by_start(lodge::Call& call, const Way& way) {
    if (way.empty()) throw lodge::Failure(LODGE_NOT_FOUND, "the way has ended");
    auto reply = std::make_shared<lodge::Reply>(call.defer());
    lodge::start_by_name<std::string>(
        host_, reply->parent(), service_of(way), manner_of(way),
        [reply](const lodge::Result<std::string>& answer) {
          static_cast<void>(answer ? reply->reply(*answer) : reply->fail(answer.error().code, answer.error().message));
        },
        rest_of(way))
        .or_throw();
  }

  lodge::task<std::string> by_task(Way way) {
    lodge::Span span = host_.trace().begin(co_await lodge::this_call(), "own");
    (co_await lodge::sleep(1'000'000)).or_throw();
    if (way.empty()) co_return "task";
    co_return (co_await lodge::call<std::string>(service_of(way), manner_of(way), rest_of(way)).within(span.trace()))
        .or_throw();
  }

 private:
  static std::string service_of(const Way& way) { return way[0].substr(0, way[0].find(' ')); }
  static std::string manner_of(const Way& way) { return way[0].substr(way[0].find(' ') + 1); }
  static Way rest_of(const Way& way) { return {way.begin() + 1, way.end()}; }
  static std::string trace_of(const lodge::Call& call) {
    if (call.trace() == nullptr) return "untraced";
    std::string out(LODGE_TRACEPARENT_SIZE, '\0');
    lodge_traceparent_write(call.trace(), out.data());
    return out;
  }

  lodge::Host host_;
};

}  // namespace

LODGE_PLUGIN(Traced, "traced", "1.0.0", lodge::needs(LODGE_CALL_V1), lodge::needs(LODGE_TRACE_V1),
             lodge::function<&Traced::by_call>("by_call"), lodge::function<&Traced::by_start>("by_start"),
             lodge::function<&Traced::by_task>("by_task"))
