// The last link of status/1 and status_public/1: one shape for all outcomes. Plugins in front of it translate what is
// theirs, and continue with what is not.
#include <lodge/plugin.hpp>

#include <array>
#include <mutex>
#include <random>

#include "status/outcome.hpp"
#include "status/text_of.hpp"
#include "status/translate.hpp"

namespace {

using outcome::Outcome;

constexpr std::size_t logged_bytes_max = 4096;

class Status {
 public:
  explicit Status(const lodge::Host& host) : host_(host) {}

  Outcome status(lodge::AnyView error) {
    outcome::Translated translated = outcome::translate(error);
    if (!translated.hidden) return std::move(translated.outcome);
    return hidden(std::move(translated.outcome), error);
  }

  /// What of it is fit for strangers: those outcomes that everybody knows. Of others they learn a reference.
  lodge::task<Outcome> status_public(lodge::Any error) {
    const lodge::TaskRoot& call = co_await lodge::this_call();
    const std::string service = call.service();
    const lodge::Result<lodge::Any> asked = co_await lodge::call<lodge::Any>(service, "status", error);
    if (!asked) co_return hidden(outcome::of_error({LODGE_INTERNAL, {}}), {error.bytes});
    outcome::Translated translated = outcome::translate({asked->bytes});
    if (!translated.hidden && fit_for_strangers(translated.outcome)) {
      strip(translated.outcome);
      co_return std::move(translated.outcome);
    }
    co_return hidden(outcome::of_error({LODGE_INTERNAL, {}}), {asked->bytes});
  }

 private:
  static bool fit_for_strangers(const Outcome& of) {
    return outcome::code_of(of.status) != 0 && outcome::code_of(of.status) == of.code;
  }
  /// Only the reference is of use to them.
  static void strip(Outcome& of) {
    std::erase_if(of.metadata, [](const auto& entry) { return entry.first != outcome::reference_key; });
  }

  /// The log gets what was said, both get the reference.
  Outcome hidden(Outcome of, lodge::AnyView said) {
    const std::string reference = new_reference();
    host_.log().error("reference " + reference + ": " + of.status + ": " + outcome::text_of(said, logged_bytes_max));
    of.info = std::string(outcome::of_lodge_code(LODGE_INTERNAL)->info) + ", reference " + reference;
    of.metadata[outcome::reference_key] = reference;
    return of;
  }
  /// 16 hexadecimal digits by chance: nobody learns from one how many there were.
  std::string new_reference() {
    std::uint64_t bits = 0;
    {
      const std::lock_guard lock(mutex_);
      bits = random_();
    }
    std::string out;
    for (unsigned shift = 64; shift != 0; shift -= 4) out += "0123456789abcdef"[bits >> (shift - 4) & 15U];
    return out;
  }

  static std::mt19937_64 seeded() {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }

  lodge::Host host_;
  std::mutex mutex_;  ///< over random_
  std::mt19937_64 random_ = seeded();
};

}  // namespace

LODGE_PLUGIN(Status, "status", "1.0.0", lodge::summary("One shape for outcomes: {status, info, code, data, metadata}"),
             lodge::needs(LODGE_CALL_V1), lodge::needs(LODGE_LOG_V1),
             lodge::callback<&Status::status>("status", "An error as an outcome", lodge::params("error"),
                                              lodge::idempotent),
             lodge::callback<&Status::status_public>("status_public", "The same, as much of it as strangers may see",
                                                     lodge::params("error"), lodge::idempotent))
