# What stands beside a system under test: monitoring, a load balancer, and the means to disturb a network and a clock.
# All of it is Debian's, so that no registry but Debian's is needed.
ARG BASE_IMAGE=python:3.11-slim
FROM ${BASE_IMAGE}
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      prometheus prometheus-alertmanager haproxy redis-server iptables iproute2 faketime procps \
 && rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /usr/share/locale
# Debian calls it otherwise than everybody else does.
RUN ln -s prometheus-alertmanager /usr/bin/alertmanager
