using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Libra.Deploy.Infrastructure.Targets.Local.Edge;

/// <summary>Passes requests on as the visitor made them, and says with every answer which artifact it came from.</summary>
internal sealed class SiteTransformer(string digest) : HttpTransformer
{
    private const string VisitorHeader = "CF-Connecting-IP";

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        // The worker must see the public host, so that the addresses it makes are right.
        proxyRequest.Headers.Host = httpContext.Request.Host.Value;
        // What a visitor claims to be is dropped; the worker gets the address that is true.
        proxyRequest.Headers.Remove(VisitorHeader);
        proxyRequest.Headers.TryAddWithoutValidation(VisitorHeader, httpContext.Connection.RemoteIpAddress?.ToString());
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var goOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        // Set last, so that a site cannot claim to be another artifact.
        if (proxyResponse is not null) httpContext.Response.Headers[LiveArtifact.Header] = digest;
        return goOn;
    }
}
