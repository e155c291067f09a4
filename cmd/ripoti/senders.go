package main

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ripoti/internal/config"
	"ripoti/internal/metrics"
	"ripoti/internal/sms"
	"ripoti/worker"
)

// senders are the ways out for SMS: who carries a message, and whom to ask about the accounts.
type senders struct {
	all      []sms.Sender
	router   *sms.Router
	channels []worker.Channel
}

// openSenders builds every provider that the configuration routes messages to.
func openSenders(cfg config.Config, log *slog.Logger, m *metrics.Metrics) (senders, error) {
	var s senders
	for _, name := range cfg.Senders() {
		sender, err := openSender(cfg, name)
		if err != nil {
			return s, err
		}
		s.all = append(s.all, sender)
		m.PassedOver(name, "")
		if channel, ok := sender.(worker.Channel); ok {
			s.channels = append(s.channels, channel)
		}
	}
	if len(s.all) == 0 {
		return s, errors.New("nobody sends SMS: set TWILIO_ACCOUNT_SID or AT_API_KEY")
	}
	var routes []sms.Route
	for _, r := range cfg.Routes() {
		routes = append(routes, sms.Route(r))
	}
	var err error
	s.router, err = sms.NewRouter(routes, s.all, time.Now, func(name string, trouble sms.Trouble) {
		m.PassedOver(name, string(trouble))
		if trouble == sms.Well {
			log.Info("a provider is well again", "provider", name)
			return
		}
		log.Error("a provider is in trouble: messages go by another one where there is one", "provider", name, "why", trouble)
	})
	return s, err
}

// openSender is one provider.
func openSender(cfg config.Config, name string) (sms.Sender, error) {
	way := sms.Way{TwoWay: cfg.TwoWay(name), ReplyTo: cfg.Service.ReplyShortcode}
	switch name {
	case sms.TwilioName:
		return sms.NewTwilio(sms.TwilioOptions{
			AccountSID: cfg.Twilio.AccountSID, AuthToken: cfg.Twilio.AuthToken.Reveal(), From: cfg.Twilio.From,
			Service: cfg.Twilio.MessagingService, BaseURL: cfg.Twilio.BaseURL, Way: way,
			StatusURL: cfg.Service.PublicURL + "/hooks/twilio/status", Validity: cfg.Messages.Validity, Timeout: cfg.Messages.Timeout,
		})
	case sms.AfricasTalkingName:
		return sms.NewAfricasTalking(sms.AfricasTalkingOptions{
			Username: cfg.Gateway.Username, APIKey: cfg.Gateway.APIKey.Reveal(), Sender: cfg.Gateway.Sender, BaseURL: cfg.Gateway.BaseURL,
			Way: way, Timeout: cfg.Messages.Timeout,
		})
	case sms.SimulatorName:
		return sms.NewSimulator(nil), nil
	}
	return nil, fmt.Errorf("%s sends no SMS", name)
}
