using System.Net;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.UnitTests.Access;

public sealed class LoginCookieTests
{
    private static readonly TokenSecret Secret = TokenSecret.New();

    [Theory]
    [InlineData("Production", "10.0.0.7")]
    [InlineData("Production", "127.0.0.1")] // behind a proxy on the same machine
    [InlineData("Development", "10.0.0.7")]
    public void Write_WhereOthersMayListen_SetsACookieForHttpsOnly(string environment, string address)
    {
        var http = Request(environment, address);

        LoginCookie.Write(http, Secret);

        var set = http.Response.Headers.SetCookie.ToString();
        set.Should().StartWith("__Secure-libra_login=").And.Contain("; secure").And.Contain("; path=/hangfire").And.Contain("; httponly");
        LoginCookie.Read(With(http, "__Secure-libra_login").Request).Should().NotBeNull();
        LoginCookie.Read(With(http, "libra_login").Request).Should().BeNull("anybody on the way could have set that one");
        new FormCookie().Build(http).Secure.Should().BeTrue("the forms of the dashboard go the same way");
    }

    [Fact]
    public void Write_OnADevelopersMachine_NeedsNoHttps()
    {
        var http = Request("Development", "127.0.0.1");

        LoginCookie.Write(http, Secret);

        http.Response.Headers.SetCookie.ToString().Should().StartWith("libra_login=").And.NotContain("secure");
        new FormCookie().Build(http).Secure.Should().BeFalse();
        LoginCookie.Read(With(http, "libra_login").Request).Should().NotBeNull();
    }

    private static DefaultHttpContext Request(string environment, string address)
    {
        var http = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection()
                .AddSingleton(WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = environment }).Environment)
                .BuildServiceProvider(),
        };
        http.Connection.LocalIpAddress = IPAddress.Parse(address);
        (http.Request.Method, http.Request.Path) = (HttpMethods.Get, "/hangfire");
        return http;
    }

    private static DefaultHttpContext With(DefaultHttpContext http, string cookie)
    {
        http.Request.Headers.Cookie = $"{cookie}={Secret.Reveal()}";
        return http;
    }
}
