using System.Text.RegularExpressions;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>The form of a dead letter's page as a browser holds it: with the hidden field and the cookie that belong together.</summary>
internal sealed partial class DashboardForm
{
    private readonly string _address;
    private readonly string _cookies;
    private readonly (string Name, string Value) _hidden;

    private DashboardForm(string address, string cookies, (string Name, string Value) hidden) =>
        (_address, _cookies, _hidden) = (address, cookies, hidden);

    public static async Task<DashboardForm> LoadAsync(HttpClient browser, string address, string signedIn)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Accept", "text/html");
        request.Headers.Add("Cookie", signedIn.Split(';')[0]);
        using var page = await browser.SendAsync(request);
        var text = await page.Content.ReadAsStringAsync();
        var hidden = Hidden().Match(text);
        hidden.Success.Should().BeTrue("the page has a form: {0}", text);
        var cookies = page.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]).Prepend(signedIn.Split(';')[0]);
        return new DashboardForm(address, string.Join("; ", cookies), (hidden.Groups[1].Value, hidden.Groups[2].Value));
    }

    /// <summary>Sends the form as filled in.</summary>
    /// <param name="site">What the browser says about the page that sends it.</param>
    public async Task<HttpResponseMessage> PostAsync(HttpClient browser, Dictionary<string, string> fields, string site = "same-origin")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _address);
        request.Headers.Add("Accept", "text/html");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Cookie", _cookies);
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string>(fields) { [_hidden.Name] = _hidden.Value });
        return await browser.SendAsync(request);
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]+)\">")]
    private static partial Regex Hidden();
}
