# Builds Reeve's overlay, and an image that has it: for who has only Docker. It downloads
# 60 MB of Debian packages, and takes two minutes.
#
#   docker build -t reeve-quickstart .                  the example below, to run
#   docker build -t reeve-overlay --target overlay .    only the overlay, for
#                                                       COPY --from=reeve-overlay / /

FROM debian:bookworm AS build
WORKDIR /src
COPY . .
RUN ./configure --install-deps=overlay-amd64 && make overlay-amd64
RUN mkdir /overlay && tar -xJf build/reeve-overlay-amd64.tar.xz -C /overlay

FROM scratch AS overlay
COPY --from=build /overlay/ /

FROM debian:bookworm
COPY --from=build /overlay/ /
COPY servicedirs-example/quickstart/services.d /etc/services.d
STOPSIGNAL SIGTERM
HEALTHCHECK CMD ["reeve", "status"]
ENTRYPOINT ["/init"]
