<?php

namespace App\Webhooks;

use App\Reports\ReportImport;
use Spatie\WebhookClient\Jobs\ProcessWebhookJob;

class PressrunJob extends ProcessWebhookJob
{
    public $tries = 5;

    public $backoff = 60;

    public function handle(ReportImport $reports)
    {
        $message = $this->webhookCall->payload;

        $reports->import($message, hash('sha256', json_encode($message)));
    }
}
