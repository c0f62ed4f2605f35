// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>
#include <unistd.h>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>

#include "adapters/hotline/written_time.hpp"
#include "core/crypto.hpp"
#include "gateway/clock.hpp"
#include "gateway/commands/commands.hpp"
#include "gateway/commands/explanation.hpp"
#include "gateway/commands/shared.hpp"
#include "normalizer/phone.hpp"
#include "normalizer/position.hpp"

namespace satupintu::gateway::commands {

namespace {

constexpr std::string_view kUsualConfig = "/etc/satupintu/satupintu.toml";

struct Options {
  std::vector<std::string> words;
  std::string channel = "whatsapp", subject, from, at, place, rules, config, color = "auto";
  unsigned attachments = 0;
  bool json = false;
};

std::vector<std::string> channel_names() {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(core::Channel::media); ++i) names.emplace_back(core::name_of(static_cast<core::Channel>(i)));
  return names;
}

core::Channel channel_named(std::string_view name) {
  for (int i = 0;; ++i) {
    if (const auto channel = static_cast<core::Channel>(i); core::name_of(channel) == name) return channel;
  }
}

std::string text_of(const Options& options) {
  std::string text;
  for (const auto& word : options.words) text.append(text.empty() ? "" : " ").append(word);
  if (!options.words.empty()) return text;
  if (::isatty(STDIN_FILENO) != 0) std::cerr << "Tulis pesannya, lalu Ctrl-D. / Write the message, then Ctrl-D.\n";
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

core::Sender sender_of(core::Channel channel, const std::string& from) {
  core::Sender sender;
  sender.address = from;
  if (from.empty()) return sender;
  switch (channel) {
    case core::Channel::email: sender.address_kind = core::AddressKind::email; break;
    case core::Channel::x:
    case core::Channel::instagram:
    case core::Channel::facebook:
    case core::Channel::telegram: sender.address_kind = core::AddressKind::platform_id; break;
    default: sender.address_kind = core::AddressKind::phone; break;
  }
  if (channel != core::Channel::whatsapp) return sender;
  // There numbers always come with their country code.
  if (const auto number = normalizer::to_e164(from, normalizer::Numbering::local)) sender.address = number->substr(1);
  return sender;
}

core::Result<core::SharedPlace> read_place(std::string_view written) {
  core::SharedPlace place;
  const auto comma = written.find(',');
  const auto read = [](std::string_view part, double& number) {
    while (part.starts_with(' ')) part.remove_prefix(1);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    return error == std::errc{} && end == part.data() + part.size();
  };
  if (comma == std::string_view::npos || !read(written.substr(0, comma), place.latitude) ||
      !read(written.substr(comma + 1), place.longitude) || !normalizer::is_position(place.latitude, place.longitude))
    return core::fail(core::Errc::refused, "--place is no position: write it like --place \"-6.1783, 106.6319\", latitude first");
  return place;
}

core::MessageKind kind_of(const core::Message& message) {
  if (message.channel == core::Channel::call) return core::MessageKind::call;
  if (!message.attachments.empty()) return core::MessageKind::media;
  return message.place && message.text.empty() ? core::MessageKind::location : core::MessageKind::text;
}

core::Result<core::Message> message_of(const Options& options) {
  core::Message message;
  message.channel = channel_named(options.channel);
  message.external_id = "explain";
  message.sender = sender_of(message.channel, options.from);
  message.subject = options.subject;
  if (!options.place.empty()) {
    auto place = read_place(options.place);
    if (!place) return std::unexpected(place.error());
    message.place = std::move(*place);
  }
  for (unsigned i = 0; i < options.attachments; ++i) message.attachments.emplace_back().kind = core::AttachmentKind::image;
  if (message.channel == core::Channel::call) message.call.emplace().disposition = "normal";
  message.text = text_of(options);
  message.kind = kind_of(message);
  return message;
}

core::Result<core::Timestamp> time_of(const Options& options) {
  if (options.at.empty()) return now();
  if (const auto at = adapters::parse_written_time(options.at, core::kJakartaOffset)) return *at;
  return core::fail(core::Errc::refused, "--at is no time that we know: write it like \"2026-03-02 08:00\"");
}

// The rules that the options name, else those of the configuration, else those in ./config. nullopt after saying what is wrong.
std::optional<normalizer::Rules> load_rules_or_explain(const Options& options) {
  std::filesystem::path directory = options.rules;
  const std::string config = options.config.empty() && std::filesystem::exists(kUsualConfig) ? std::string(kUsualConfig) : options.config;
  const auto tell = [](const std::filesystem::path& what, const std::vector<core::SettingsMistake>& mistakes) {
    std::cerr << "satupintu: " << what.string() << " has " << mistakes.size() << (mistakes.size() == 1 ? " mistake:\n" : " mistakes:\n");
    print_mistakes(mistakes);
    return std::nullopt;
  };
  if (directory.empty() && !config.empty()) {
    auto named = rules_directory_of(config);
    if (!named) return tell(config, named.error());
    directory = std::move(*named);
  }
  if (directory.empty()) directory = "config";
  auto rules = load_rules(directory);
  if (!rules) return tell(directory, rules.error());
  return std::move(*rules);
}

PageStyle style_of(const Options& options) {
  PageStyle style;
  const bool is_terminal = ::isatty(STDOUT_FILENO) != 0;
  const char* no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): there is one thread
  style.is_coloured = options.color == "always" || (options.color == "auto" && is_terminal && (no_color == nullptr || *no_color == '\0'));
  winsize size{};
  if (is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) style.columns = size.ws_col;
  return style;
}

int explain_message(const Options& options) {
  const auto at = time_of(options);
  if (!at) return explain(at.error());
  auto rules = load_rules_or_explain(options);
  if (!rules) return kFailed;
  auto message = message_of(options);
  if (!message) return explain(message.error());

  const normalizer::Normalizer normalizer(std::move(*rules), core::Secret{core::random_bytes(core::kKeyBytes)});
  const normalizer::Origin origin{"explain", "explain", *at, {}};
  const auto found = normalizer.analyze(origin, *message);
  const auto explanation = explanation_of(found, normalizer.normalize(origin, std::move(*message)), normalizer.rules());
  if (options.json) std::cout << boost::json::serialize(explanation) << "\n";
  else std::cout << page_of(explanation, style_of(options));
  return 0;
}

}  // namespace

Run add_explain(CLI::App& app) {
  auto* command = app.add_subcommand("explain", "Show what the rules find in a message, step by step, and why");
  command->footer(
      "Nothing is sent or stored. For trying out routing.toml, words.toml and places.toml:\n"
      "  satupintu explain \"pak lampu jln mati di gg mawar cimone\"\n"
      "  satupintu explain --rules ./config --channel email --subject \"Got mampet\" --at \"2026-03-02 08:00\" --json < surat.txt\n"
      "Exit status 2 when the rules have mistakes or an option is no good.");
  auto options = std::make_shared<Options>();
  command->add_option("text", options->words, "The message; without it, standard input");
  command->add_option("--channel", options->channel, "Where it came from")->default_val("whatsapp")->check(CLI::IsMember(channel_names()));
  command->add_option("--subject", options->subject, "The subject of a mail");
  command->add_option("--from", options->from, "Who wrote it: a number, mail address or account; never shown");
  command->add_option("--at", options->at, "When it was received, such as \"2026-03-02 08:00\" (default: now)");
  command->add_option("--place", options->place, "A position shared with it, \"latitude, longitude\"");
  command->add_option("--attachments", options->attachments, "How many pictures came with it")->check(CLI::Range(0, 100));
  command->add_option("--rules", options->rules, "The directory of routing.toml and the other tables of rules");
  command
      ->add_option(
          "-c,--config", options->config,
          "The configuration that names it (default: /etc/satupintu/satupintu.toml where there is one, else the rules in ./config)")
      ->envname("SATUPINTU_CONFIG");
  command->add_flag("--json", options->json, "Write JSON");
  command->add_option("--color", options->color, "Whether to colour the page")
      ->default_val("auto")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  return [options] { return explain_message(*options); };
}

}  // namespace satupintu::gateway::commands
